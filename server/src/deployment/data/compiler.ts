/** The compiler, loaded when the first configuration that is JavaScript, or JSON with something of interest in it, is read. */
import { createRequire } from 'node:module';
import type TypeScript from '#typescript';

/** Beside this module in a bundle. */
const COMPILER = import.meta.url.endsWith('.cjs') ? './typescript.cjs' : '#typescript';

let loaded: typeof TypeScript | undefined;

export function compiler(): typeof TypeScript {
  return (loaded ??= createRequire(import.meta.url)(COMPILER) as typeof TypeScript);
}

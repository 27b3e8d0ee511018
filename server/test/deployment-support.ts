/** Reads deployments of projects that are given as texts. */
import path from 'node:path';
import picomatch from 'picomatch';
import {
  DEPLOYMENT_FILES,
  mayHaveStartCommand,
  readDeployment,
  type DeploymentReading,
  type DeploymentSource,
} from '../src/deployment/index.js';
import { frontendFor, prepareFrontends } from '../src/frontends/index.js';
import { loadLibraries } from '../src/libraries/index.js';
import type { FileFacts } from '../src/model/facts.js';

export const { models } = loadLibraries();

await prepareFrontends(['a.py']);

const isDeploymentFile = picomatch([...DEPLOYMENT_FILES], { dot: true, basename: true });

/** Reads a project given as texts by their paths under `/p`; a `package.json` stands beside it unless it is given. */
export function read(files: Record<string, string>, withPackage = true): DeploymentReading {
  const all = withPackage ? { 'package.json': '{}', ...files } : files;
  const sources: DeploymentSource[] = [];
  const facts: FileFacts[] = [];
  for (const [name, text] of Object.entries(all)) {
    const file = path.join('/p', name);
    if (isDeploymentFile(path.basename(file)) || mayHaveStartCommand({ file, text }))
      sources.push({ file, text });
    else {
      const frontend = frontendFor(file);
      if (frontend !== undefined) facts.push(frontend.parse(file, text));
    }
  }
  return readDeployment(
    sources,
    facts,
    models,
    Object.keys(all).map((name) => path.join('/p', name)),
  );
}

/** The evidence in one line each: dimension, says, count, text, program, root relative to `/p`, and load. */
export function told(files: Record<string, string>, withPackage = true): string[] {
  return read(files, withPackage).evidence.map(
    ({ dimension, says, count, text, program, root, load }) =>
      `${dimension} ${says}${count === undefined ? '' : ` ${count}`}: ${text}` +
      (program === undefined ? '' : ` [${path.relative('/p', program)}]`) +
      (root === '/p' ? '' : ` in ${path.relative('/p', root)}`) +
      (load === 'before-fork' ? ' loaded before the fork' : ''),
  );
}

/** The text that a piece of evidence points at, and the place in lines and columns. */
export function pointedAt(files: Record<string, string>): string[] {
  return read(files).evidence.map(({ place }) => {
    const text = files[path.relative('/p', place.file)] ?? '';
    return `${place.line}:${place.column}-${place.endLine}:${place.endColumn} ${text.slice(place.start, place.end)}`;
  });
}

/** Empty files, to be there when a command names them. */
export function empty(...names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, '']));
}

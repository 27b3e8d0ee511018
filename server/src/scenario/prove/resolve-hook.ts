/**
 * Runs in the driven process: finds compiled files for imports that TypeScript and bundlers accept without an extension, or with
 * that of the source. As a module of its own, for `module.register`.
 */
interface Resolved {
  readonly url: string;
}
type Next = (specifier: string, context: unknown) => Promise<Resolved>;

export async function resolve(specifier: string, context: unknown, next: Next): Promise<Resolved> {
  try {
    return await next(specifier, context);
  } catch (error) {
    if (!specifier.startsWith('.')) throw error;
    for (const candidate of candidatesOf(specifier)) {
      try {
        return await next(candidate, context);
      } catch {
        // The next one may be there; the first error is what is told otherwise.
      }
    }
    throw error;
  }
}

function candidatesOf(specifier: string): string[] {
  return [
    specifier.replace(/\.([mc]?)tsx?$/, '.$1js'),
    `${specifier}.js`,
    `${specifier}.mjs`,
    `${specifier}/index.js`,
  ];
}

import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { VERSION } from './version.js';

/** Changes with the code and the library models of the running program: in its bundle, or beside this module after the compiler. */
export function programStamp(): string {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const directory = import.meta.url.endsWith('.cjs') ? here : path.dirname(here);
  let size = 0;
  let newest = 0;
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(?:[cm]?[jt]s|json)$/.test(entry.name)) continue;
    const status = statSync(path.join(entry.parentPath, entry.name));
    size += status.size;
    newest = Math.max(newest, status.mtimeMs);
  }
  return `${VERSION} ${String(size)} ${String(newest)}`;
}

/** Whether a project has the lockkit runtime that its code, once fixed, imports. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Problem } from '../model/diagnostics.js';

const ADD = 'run `lockkit add-runtime` there to add it';

/** For each project, one line at its manifest that says what is missing and how to add it. @param files those that import it */
export function missingRuntimes(files: readonly string[]): Problem[] {
  const missing = new Map<string, Problem>();
  for (const file of files) {
    const found = /\.pyw?$/.test(file) ? missingInPython(file) : missingInNode(file);
    if (found !== undefined) missing.set(found.file, found);
  }
  return [...missing.values()];
}

function missingInNode(file: string): Problem | undefined {
  for (const directory of upwards(path.dirname(file))) {
    if (existsSync(path.join(directory, 'node_modules/lockkit/package.json'))) return undefined;
    const manifest = path.join(directory, 'package.json');
    const text = textOf(manifest);
    if (text === undefined) continue;
    if (/"lockkit"\s*:/.test(text)) return undefined;
    return {
      file: manifest,
      line: 1,
      message: `${path.basename(file)} now imports lockkit, which is no dependency here; ${ADD}`,
    };
  }
  const message = `it now imports lockkit, and there is no package.json that could name it; make one, and ${ADD}`;
  return { file, line: 1, message };
}

const PYTHON_MANIFESTS = ['pyproject.toml', 'requirements.txt', 'setup.cfg', 'setup.py', 'Pipfile'];

function missingInPython(file: string): Problem | undefined {
  const message = `${path.basename(file)} now imports lockkit, which is no dependency here; ${ADD}`;
  for (const directory of upwards(path.dirname(file))) {
    if (
      existsSync(path.join(directory, 'lockkit.py')) ||
      existsSync(path.join(directory, 'lockkit/__init__.py'))
    )
      return undefined;
    const manifests = PYTHON_MANIFESTS.map((name) => path.join(directory, name)).filter((name) =>
      existsSync(name),
    );
    const [first] = manifests;
    if (first === undefined) continue;
    const named = manifests.some((manifest) => /\blockkit\b/.test(textOf(manifest) ?? ''));
    return named ? undefined : { file: first, line: 1, message };
  }
  return { file, line: 1, message };
}

function upwards(start: string): string[] {
  const directories = [start];
  for (let at = start; path.dirname(at) !== at;) {
    at = path.dirname(at);
    directories.push(at);
  }
  return directories;
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

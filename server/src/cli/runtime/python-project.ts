import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { run } from './run.js';
import { pythonModule, pythonWheel } from './shipped.js';

const MANIFESTS = ['pyproject.toml', 'requirements.txt', 'setup.cfg', 'setup.py', 'Pipfile'];

/** The nearest directory at or above one with a manifest of Python's; else that directory, if modules lie in it. */
export function pythonProject(directory: string): string | undefined {
  for (let at = directory; ; at = path.dirname(at)) {
    if (MANIFESTS.some((name) => existsSync(path.join(at, name)))) return at;
    if (path.dirname(at) === at) break;
  }
  return readdirSync(directory).some((name) => name.endsWith('.py')) ? directory : undefined;
}

/**
 * Adds the Python package by the project's own manager, or, where there is none, as one module. No registry is asked for it.
 * @param singleFile true to add the module in any case
 * @returns what was done, a line each
 */
export function addToPython(project: string, singleFile: boolean): string[] {
  const has = (name: string): boolean => existsSync(path.join(project, name));
  if (has('lockkit.py') || has('lockkit/__init__.py')) return ['lockkit is here already: nothing to do'];
  if (MANIFESTS.some((name) => /\blockkit\b/.test(textOf(path.join(project, name)))))
    return ['the project names lockkit already: nothing to do'];
  if (singleFile) return addModule(project);
  if (has('uv.lock')) return addWheel(project, 'uv', 'uv.lock');
  if (has('poetry.lock')) return addWheel(project, 'poetry', 'poetry.lock');
  return has('requirements.txt') ? addRequirement(project) : addModule(project);
}

function addModule(project: string): string[] {
  const shipped = pythonModule();
  const target = path.join(project, 'lockkit.py');
  if ('path' in shipped) copyFileSync(shipped.path, target);
  else writeFileSync(target, shipped.text);
  return ['lockkit.py: the runtime as one module, beside yours; commit it with the rest'];
}

function vendored(project: string): string {
  const source = pythonWheel();
  const wheel = path.posix.join('vendor', path.basename(source));
  mkdirSync(path.join(project, 'vendor'), { recursive: true });
  copyFileSync(source, path.join(project, wheel));
  return wheel;
}

function addWheel(project: string, manager: string, lockFile: string): string[] {
  const wheel = vendored(project);
  run(manager, ['add', `./${wheel}`], project);
  return [
    `${wheel}: the runtime; commit it with the rest`,
    `pyproject.toml and ${lockFile}: lockkit is a dependency now, made so by ${manager}`,
  ];
}

function addRequirement(project: string): string[] {
  const wheel = vendored(project);
  const requirements = path.join(project, 'requirements.txt');
  const text = textOf(requirements);
  appendFileSync(requirements, `${text === '' || text.endsWith('\n') ? '' : '\n'}./${wheel}\n`);
  const done = [`${wheel}: the runtime; commit it with the rest`, `requirements.txt: names it`];
  const python = virtualPython(project);
  if (python === undefined)
    return [...done, 'no virtual environment is here: install it with pip install -r requirements.txt'];
  run(python, ['-m', 'pip', 'install', '--quiet', '--no-index', '--no-deps', `./${wheel}`], project);
  return [...done, `${path.relative(project, python)}: has it installed`];
}

function virtualPython(project: string): string | undefined {
  const environments = ['.venv', 'venv', 'env'].map((name) => path.join(project, name));
  return environments
    .map((environment) => path.join(environment, 'bin/python'))
    .find((python) => existsSync(python));
}

function textOf(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

import { existsSync } from 'node:fs';
import path from 'node:path';

import type { ProveLanguage } from '../language.js';
import { besideThisModule } from '../places.js';
import { PROVE_DIMENSIONS } from '../target.js';

/** What the root of a program has. */
const ROOT_MARKS = [
  'pyproject.toml',
  'setup.py',
  'setup.cfg',
  'requirements.txt',
  'Pipfile',
  'manage.py',
  'lockkit.prove.json',
];
const DRIVER = 'lockkit_prove/driver.py';
const RUNTIME = 'lockkit/__init__.py';
const PACKAGE_MARK = '__init__.py';
const ENVIRONMENTS = ['.venv', 'venv', 'env'];

export const PYTHON: ProveLanguage = {
  extensions: ['.py'],
  dimensions: PROVE_DIMENSIONS,
  leftOut: new Set([...ENVIRONMENTS, '__pycache__', 'node_modules', '.tox', '.mypy_cache', '.pytest_cache']),
  rootOf: (file) => {
    const top = importRootOf(file);
    for (let at = top; ; at = path.dirname(at)) {
      if (ROOT_MARKS.some((mark) => existsSync(path.join(at, mark)))) return at;
      if (at === path.dirname(at)) return top;
    }
  },
  // It is instrumented while it is loaded.
  prepare: () => Promise.resolve(),
  compiledName: (file) => file,
  interpreters: (root) => {
    const { LOCKKIT_PYTHON: chosen, VIRTUAL_ENV: active } = process.env;
    if (chosen !== undefined && chosen !== '') return [chosen];
    const inEnvironments = [
      ...ENVIRONMENTS.map((name) => path.join(root, name)),
      ...(active === undefined ? [] : [active]),
    ].map((directory) => path.join(directory, 'bin', 'python'));
    return [...inEnvironments.filter((each) => existsSync(each)), 'python3', '/usr/bin/python3'];
  },
  command: (job, { interpreter, root, copy, target }) => {
    const inCopy = (file: string): string => path.join(copy, path.relative(root, file));
    const top = importRootOf(target.file);
    const name = path.relative(top, target.file).slice(0, -'.py'.length).split(path.sep);
    if (name.at(-1) === '__init__') name.pop();
    const driver = besideThisModule(
      `python/${DRIVER}`,
      `prove-python/${DRIVER}`,
      `../../../src/scenario/prove/python/${DRIVER}`,
    ).slice(0, -DRIVER.length);
    const runtime = besideThisModule(`python/${RUNTIME}`, `../../../../lockkit/python/src/${RUNTIME}`).slice(
      0,
      -RUNTIME.length,
    );
    const program = `import sys;sys.path.insert(0,${JSON.stringify(driver)});from lockkit_prove.driver import main;sys.path.pop(0);main()`;
    const more = {
      name: name.join('.'),
      path: [inCopy(top), copy, path.join(copy, 'src')],
      runtime,
      place: target.place,
      accesses: target.accesses.map(({ kind, file, range }, index) => ({
        index: index + 1,
        kind,
        file: inCopy(file),
        ...range,
      })),
    };
    return {
      program: interpreter,
      args: ['-c', program],
      environment: { LOCKKIT_PROVE: JSON.stringify({ ...job, ...more }), PYTHONDONTWRITEBYTECODE: '1' },
    };
  },
};

/** The directory from which the file's module is imported by its name. */
function importRootOf(file: string): string {
  let at = path.dirname(file);
  while (existsSync(path.join(at, PACKAGE_MARK)) && at !== path.dirname(at)) at = path.dirname(at);
  return at;
}

/** uWSGI's configuration, in each of its languages: https://uwsgi-docs.readthedocs.io/en/latest/Configuration.html */
import path from 'node:path';
import { evidenceOf } from '../claims.js';
import { uwsgiClaims, uwsgiProgram } from '../commands/uwsgi.js';
import { entryOf, type DataValue } from '../data/data.js';
import { parseIni } from '../data/ini-data.js';
import { parseJson } from '../data/javascript-data.js';
import { parseYaml } from '../data/yaml-data.js';
import type { Layout } from '../layout.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';

/** Whether a text has uWSGI's options, whatever the file is called. */
export function isUwsgi(source: DeploymentSource): boolean {
  const { text } = source;
  switch (path.extname(source.file)) {
    case '.ini':
      return /^\s*\[uwsgi\]/m.test(text);
    case '.xml':
      return /<uwsgi[\s>]/.test(text);
    case '.yaml':
    case '.yml':
      return /^uwsgi:/m.test(text);
    case '.json':
      return /^\s*\{\s*"uwsgi"\s*:/.test(text);
    default:
      return false;
  }
}

export function readUwsgiFile(source: DeploymentSource, layout: Layout): Reading {
  const { file } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const options = optionsOf(source);
  const context = {
    directories: [path.dirname(file), layout.rootOf(file)],
    layout,
    environment: new Map<string, string>(),
  };
  const program = uwsgiProgram(options, context);
  return {
    evidence: evidenceOf(
      { claims: uwsgiClaims(options), ...(program !== undefined && { program }) },
      { source, range: { start: 0, end: 0 } },
      layout,
    ),
    problems: [],
  };
}

function optionsOf({ file, text }: DeploymentSource): ReadonlyMap<string, DataValue> {
  switch (path.extname(file)) {
    case '.ini':
      return new Map(
        parseIni(text, { inlineComment: /\s[;#].*$/ })
          .filter(({ section }) => section === 'uwsgi')
          .map(({ key, value, range }) => [normalised(key), scalar(value, range)]),
      );
    case '.xml':
      return new Map(
        [...text.matchAll(/<([\w-]+)\s*(?:\/>|>([^<]*)<\/\1>)/g)].map((match) => {
          const [whole, name = '', value = 'true'] = match;
          const range = { start: match.index, end: match.index + whole.length };
          return [normalised(name), scalar(value.trim(), range)];
        }),
      );
    default: {
      const { data } = file.endsWith('.json') ? parseJson(file, text) : parseYaml(text);
      const options = entryOf(data, 'uwsgi')?.value;
      if (options?.kind !== 'record') return new Map();
      return new Map(
        [...options.entries].map(([name, { value, range }]) => [normalised(name), { ...value, range }]),
      );
    }
  }
}

/** uWSGI takes `_` for `-`. */
function normalised(name: string): string {
  return name.trim().replaceAll('_', '-');
}

/** `%k` is the number of the machine's processors. */
function scalar(value: string, range: DataValue['range']): DataValue {
  return /^%k$/.test(value) ? { kind: 'processors', range } : { kind: 'scalar', value, range };
}

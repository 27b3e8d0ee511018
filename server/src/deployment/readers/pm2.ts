/** PM2 configuration: which programs it runs, and how many instances of each. */
import path from 'node:path';
import type { DeploymentEvidence } from '../../model/deployment.js';
import { lineStartsOf, placeOf, positionAt, type TextRange } from '../../model/source.js';
import { entryOf, textOf, type DataValue } from '../data/data.js';
import { parseJson, parseModule, type ParsedData } from '../data/javascript-data.js';
import { isAtOrInside, type Layout } from '../layout.js';
import { amount, INSTANCE } from '../claims.js';
import { instancesOf, type Instances } from '../instances.js';
import { sameRun } from '../commands/shell.js';
import { programFile } from '../programs.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';
import { parseYaml } from '../data/yaml-data.js';

/** What PM2 takes as a configuration; TypeScript ones are compiled to it. */
export const PM2_FILE =
  /^(ecosystem|pm2|process)(\.[\w-]+)*\.(json|ya?ml)$|^(ecosystem|pm2)(\.[\w-]+)*\.[cm]?[jt]s$/;

interface App {
  readonly range: TextRange;
  readonly script?: string;
  readonly args: string;
  readonly program?: string;
  /** The program as messages show it: where the configuration says that it is, which may be a build's output. */
  readonly said?: string;
  readonly root: string;
  readonly instances?: { readonly many: Instances; readonly range: TextRange };
}

/** Reads a PM2 configuration file, in any of the forms that PM2 takes. */
export function readPm2(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const { data, error } = parse(file, text);
  const lineStarts = lineStartsOf(text);
  const problems =
    error === undefined
      ? []
      : [
          {
            file,
            line: positionAt(lineStarts, error.offset).line,
            message: `cannot be read whole as a PM2 configuration: ${error.message.replace(/\.$/, '')}; correct the file, or what it says of instances may be missed`,
          },
        ];
  const apps = appsOf(data).map((app) => readApp(app, file, layout));
  return { evidence: evidenceOf(apps, file, lineStarts, layout), problems };
}

function parse(file: string, text: string): ParsedData {
  if (file.endsWith('.json')) return parseJson(file, text);
  if (/\.ya?ml$/.test(file)) return parseYaml(text);
  return parseModule(file, text);
}

/** The applications are under `apps`, under `pm2`, or the file itself; one of them needs no list. */
function appsOf(data: DataValue | undefined): DataValue[] {
  const value = entryOf(data, 'apps')?.value ?? entryOf(data, 'pm2')?.value ?? data;
  const items = value?.kind === 'list' ? value.items : value === undefined ? [] : [value];
  return items.filter((app) => entryOf(app, 'script') !== undefined);
}

function readApp(app: DataValue, file: string, layout: Layout): App {
  const configurationRoot = layout.rootOf(file);
  const script = textOf(entryOf(app, 'script')?.value);
  const said = textOf(entryOf(app, 'cwd')?.value);
  // An absolute directory is often that of the server; here, it means something only if it is in the project.
  const saidDirectory = said === undefined ? undefined : path.resolve(path.dirname(file), said);
  const cwd =
    saidDirectory !== undefined && isAtOrInside(saidDirectory, configurationRoot) ? saidDirectory : undefined;
  const program =
    script === undefined
      ? undefined
      : programOf(script, cwd ?? path.dirname(file), configurationRoot, layout);
  const root = cwd ?? (program === undefined ? undefined : layout.packageOf(path.dirname(program)));
  const instances = entryOf(app, 'instances');
  const many = instances === undefined ? undefined : instancesOf(instances.value);
  return {
    range: app.range,
    args: JSON.stringify(argumentsOf(entryOf(app, 'args')?.value)),
    root: root !== undefined && isAtOrInside(root, configurationRoot) ? root : configurationRoot,
    ...(script !== undefined && { script }),
    ...(program !== undefined &&
      script !== undefined && {
        program,
        said: layout.nameOf(path.resolve(cwd ?? path.dirname(file), script)),
      }),
    ...(instances !== undefined && many !== undefined && { instances: { many, range: instances.range } }),
  };
}

/** A script that is a file of the project; not a command, and not a file of a package that it uses. */
function programOf(script: string, cwd: string, root: string, layout: Layout): string | undefined {
  if (!/\.[cm]?[jt]sx?$|\.py$/.test(script) || /\s/.test(script)) return undefined;
  const program = path.resolve(cwd, script);
  if (!isAtOrInside(program, root) || program.includes(`${path.sep}node_modules${path.sep}`))
    return undefined;
  return programFile(script, [cwd, root], layout) ?? program;
}

function argumentsOf(value: DataValue | undefined): string[] {
  if (value?.kind === 'list') return value.items.map((item) => textOf(item) ?? '?');
  return textOf(value)?.split(/\s+/) ?? [];
}

function evidenceOf(
  apps: readonly App[],
  file: string,
  lineStarts: readonly number[],
  layout: Layout,
): DeploymentEvidence[] {
  const name = layout.nameOf(file);
  const evidence: DeploymentEvidence[] = [];
  for (const app of apps) {
    const what = app.said ?? app.script;
    const common = {
      dimension: 'processes' as const,
      // Each process is started with the program's path.
      load: 'in-each' as const,
      root: app.root,
      ...(app.program !== undefined && { program: app.program }),
    };
    // The same program in several entries is several processes of it, however few each of them has.
    const twins = apps.filter(
      (other) => app.program !== undefined && other.program === app.program && sameRun(other.args, app.args),
    );
    if (app.instances?.many.says === 'many' || (twins.length === 1 && app.instances !== undefined)) {
      const { many, range } = app.instances;
      evidence.push({
        ...common,
        says: many.says,
        ...(many.count !== undefined && { count: many.count }),
        text: `${name} runs ${amount(many, INSTANCE, what)}`,
        place: placeOf(file, lineStarts, range),
      });
    } else if (twins.length > 1 && twins[0] === app) {
      evidence.push({
        ...common,
        says: 'many',
        count: twins.length,
        text: `${name} runs ${what ?? 'one program'} ${twins.length} times`,
        place: placeOf(file, lineStarts, app.range),
      });
    }
  }
  return evidence;
}

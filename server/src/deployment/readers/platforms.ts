/** Platforms that run what is in a certain folder, or what one file names, in as many instances as are needed. */
import path from 'node:path';
import type { DeploymentEvidence } from '../../model/deployment.js';
import { amount, claim, evidenceOf, INSTANCE } from '../claims.js';
import { startsOf } from '../commands/index.js';
import { entryOf, textOf, type DataEntry } from '../data/data.js';
import { parseJson } from '../data/javascript-data.js';
import { parseYaml } from '../data/yaml-data.js';
import { countOf, MANY } from '../instances.js';
import { isAtOrInside, type Layout } from '../layout.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';

const CODE = /\.([cm]?[jt]sx?|py)$/;

/** The functions in a folder, each file of which is a program. */
function ofFolder(
  folder: string,
  text: string,
  at: { readonly source: DeploymentSource; readonly layout: Layout; readonly range: DataEntry['range'] },
): DeploymentEvidence[] {
  const { source, layout, range } = at;
  if (!layout.hasCodeIn(folder)) return [];
  const start = { claims: [claim('hosts', MANY, text)], program: folder };
  return evidenceOf(start, { source, range }, layout);
}

/** https://vercel.com/docs/project-configuration: `functions` and `builds` name files; without them, `api/` has functions. */
export function readVercel(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const { data } = parseJson(file, text);
  const directory = path.dirname(file);
  const named: { readonly glob: string; readonly range: DataEntry['range'] }[] = [];
  const functions = entryOf(data, 'functions');
  if (functions?.value.kind === 'record')
    for (const [glob, { range }] of functions.value.entries) named.push({ glob, range });
  const builds = entryOf(data, 'builds')?.value;
  for (const build of builds?.kind === 'list' ? builds.items : []) {
    const glob = textOf(entryOf(build, 'src')?.value);
    const use = textOf(entryOf(build, 'use')?.value) ?? '';
    if (glob !== undefined && /@vercel\/(node|python|next)|now-(node|python)/.test(use))
      named.push({ glob, range: build.range });
  }
  if (named.length === 0) named.push({ glob: 'api/**', range: { start: 0, end: 0 } });
  const said = 'runs each function in as many instances as it has requests (Vercel)';
  return {
    evidence: named.flatMap(({ glob, range }) => {
      const fixed = path.resolve(directory, glob.split(/[*{[]/, 1)[0] ?? '');
      if (!isAtOrInside(fixed, layout.top)) return [];
      if (!CODE.test(fixed)) return ofFolder(fixed, said, { source, layout, range });
      if (!layout.exists(fixed)) return [];
      return evidenceOf({ claims: [claim('hosts', MANY, said)], program: fixed }, { source, range }, layout);
    }),
    problems: [],
  };
}

/** https://docs.netlify.com/configure-builds/file-based-configuration/: one line of it names the folder of functions. */
export function readNetlify(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const line = /^[ \t]*(?:functions(?:\.directory)?|directory)[ \t]*=[ \t]*["']([^"'\n]+)["']/m.exec(text);
  const folder = path.resolve(path.dirname(file), line?.[1] ?? 'netlify/functions');
  const range =
    line === null ? { start: 0, end: 0 } : { start: line.index, end: line.index + line[0].length };
  const said = 'runs each function in as many instances as it has requests (Netlify)';
  return {
    evidence: isAtOrInside(folder, layout.top) ? ofFolder(folder, said, { source, layout, range }) : [],
    problems: [],
  };
}

/** https://firebase.google.com/docs/functions/manage-functions: `functions` is a folder, or `functions.source` is. */
export function readFirebase(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const { data } = parseJson(file, text);
  const entry = entryOf(data, 'functions');
  if (entry === undefined) return NOTHING_READ;
  const configurations = entry.value.kind === 'list' ? entry.value.items : [entry.value];
  return {
    evidence: configurations.flatMap((configuration) => {
      const folder = path.resolve(
        path.dirname(file),
        textOf(entryOf(configuration, 'source')?.value) ?? 'functions',
      );
      if (!isAtOrInside(folder, layout.top) || !layout.hasCodeIn(folder)) return [];
      const claims = [
        claim('hosts', MANY, 'runs its functions in as many instances as they have requests (Firebase)'),
      ];
      return evidenceOf({ claims }, { source, range: entry.range, root: folder }, layout);
    }),
    problems: [],
  };
}

/** https://devcenter.heroku.com/articles/app-json-schema: how many dynos run each process type of the Procfile. */
export function readHeroku(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  const formation = entryOf(parseJson(file, text).data, 'formation')?.value;
  if (formation?.kind !== 'record' || layout.isTest(file)) return NOTHING_READ;
  const procfile = layout.textOf(path.join(path.dirname(file), 'Procfile')) ?? '';
  const context = { directories: [path.dirname(file)], layout, environment: new Map<string, string>() };
  return {
    evidence: [...formation.entries].flatMap(([type, { value }]) => {
      const quantity = entryOf(value, 'quantity');
      const instances = quantity === undefined ? undefined : countOf(quantity.value);
      if (quantity === undefined || instances === undefined) return [];
      const command = new RegExp(`^${type}:(.*)$`, 'm').exec(procfile)?.[1] ?? '';
      const program = startsOf(command, context).find((start) => start.program !== undefined)?.program;
      const claims = [
        claim('hosts', instances, `runs ${amount(instances, { one: 'dyno', many: 'dynos' }, type)}`),
      ];
      return evidenceOf(
        { claims, ...(program !== undefined && { program }) },
        { source, range: quantity.range },
        layout,
      );
    }),
    problems: [],
  };
}

/** Whether a text is a blueprint of Render or a service of App Engine, whatever the file is called. */
export function isPlatformService({ file, text }: DeploymentSource): boolean {
  const name = path.basename(file);
  return /^render\.ya?ml$/.test(name) || (/^app([._-].*)?\.ya?ml$/.test(name) && /^runtime:/m.test(text));
}

/** https://render.com/docs/blueprint-spec and https://cloud.google.com/appengine/docs/standard/reference/app-yaml */
export function readPlatformService(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const { data } = parseYaml(text);
  const services = entryOf(data, 'services')?.value;
  const all = services?.kind === 'list' ? services.items : data === undefined ? [] : [data];
  const evidence = all.flatMap((service) => {
    const inner = textOf(entryOf(service, 'rootDir')?.value);
    const directory = path.resolve(path.dirname(file), inner ?? '.');
    const context = { directories: [directory], layout, environment: new Map<string, string>() };
    const command = entryOf(service, 'startCommand') ?? entryOf(service, 'entrypoint');
    const starts = startsOf(textOf(command?.value) ?? '', context);
    const scaling = ['scaling', 'automatic_scaling', 'manual_scaling', 'basic_scaling']
      .map((key) => entryOf(service, key)?.value)
      .find((value) => value !== undefined);
    const number =
      entryOf(service, 'numInstances') ??
      entryOf(scaling, 'maxInstances') ??
      entryOf(scaling, 'max_instances') ??
      entryOf(scaling, 'instances');
    const instances = number === undefined ? undefined : countOf(number.value);
    const root = layout.packageOf(directory) ?? directory;
    const hosts =
      number === undefined || instances === undefined
        ? []
        : [
            claim('hosts', instances, `runs up to ${amount(instances, INSTANCE, undefined)}`, {
              value: { ...number.value, range: number.range },
            }),
          ];
    return (starts.length === 0 ? [{ claims: [] }] : starts).flatMap((start) => [
      ...evidenceOf(start, { source, range: command?.range ?? service.range, root }, layout),
      ...evidenceOf({ ...start, claims: hosts }, { source, range: service.range, root }, layout),
    ]);
  });
  return { evidence, problems: [] };
}

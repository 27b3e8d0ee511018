/** Compose: how many containers run each service, and what they run. https://docs.docker.com/reference/compose-file/ */
import path from 'node:path';
import type { DeploymentEvidence } from '../../model/deployment.js';
import { amount, claim, evidenceOf, REPLICA, type Claim, type Start } from '../claims.js';
import { expanded, sameRun } from '../commands/shell.js';
import { buildOf, type ContainerCode, type Containers } from '../containers.js';
import { entryOf, textOf, type DataEntry, type DataValue } from '../data/data.js';
import { parseYaml } from '../data/yaml-data.js';
import { instancesOf, MANY, parseCount } from '../instances.js';
import type { Layout } from '../layout.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';

interface Service {
  readonly name: string;
  readonly entry: DataEntry;
  readonly code: ContainerCode | undefined;
  /** What it is made from, to tell services of one image. */
  readonly origin: string | undefined;
  readonly command: string | readonly string[] | undefined;
  readonly starts: readonly Start[];
}

/** Variables that say how many workers a server runs. */
const COUNTS = ['WEB_CONCURRENCY', 'GUNICORN_CMD_ARGS'];

const NO_VARIABLES = new Map<string, string>();

export function readCompose(source: DeploymentSource, layout: Layout, containers: Containers): Reading {
  const { file, text } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const declared = entryOf(parseYaml(text).data, 'services')?.value;
  if (declared?.kind !== 'record') return NOTHING_READ;
  const services = [...declared.entries].map(([name, entry]) => readService(name, entry, source, containers));
  return {
    evidence: [
      ...services.flatMap((service) => ofService(service, source, layout)),
      ...twins(services, source, layout),
    ],
    problems: [],
  };
}

function readService(
  name: string,
  entry: DataEntry,
  { file }: DeploymentSource,
  containers: Containers,
): Service {
  const { value } = entry;
  const build = buildOf(value, file);
  const image = textOf(entryOf(value, 'image')?.value);
  const code =
    build === undefined
      ? image === undefined
        ? undefined
        : containers.named(name, image)
      : containers.built(build.context, build.dockerfile);
  const command = wordsOf(entryOf(value, 'command')?.value);
  const entrypoint = wordsOf(entryOf(value, 'entrypoint')?.value);
  const starts =
    code === undefined
      ? []
      : containers.starts(code, {
          ...(command !== undefined && { command }),
          ...(entrypoint !== undefined && { entrypoint }),
          environment: environmentOf(entryOf(value, 'environment')?.value),
        });
  return {
    name,
    entry,
    code,
    origin: build === undefined ? image : `${build.context} ${build.dockerfile ?? ''}`,
    command: command ?? entrypoint,
    starts,
  };
}

/** What a service says of its replicas, and of what its own command starts. */
function ofService(service: Service, source: DeploymentSource, layout: Layout): DeploymentEvidence[] {
  const { name, entry, code } = service;
  if (code === undefined) return [];
  const speaker = { source, root: code.root };
  const command = entryOf(entry.value, 'command') ?? entryOf(entry.value, 'entrypoint');
  const environment = entryOf(entry.value, 'environment');
  const counts = [...environmentOf(environment?.value).keys()].some((key) => COUNTS.includes(key));
  // Without words of its own, a service runs what the Dockerfile says, which is evidence by itself.
  const own = command ?? (counts ? environment : undefined);
  const deploy = entryOf(entry.value, 'deploy')?.value;
  const replicas = entryOf(deploy, 'replicas') ?? entryOf(entry.value, 'scale');
  const mode = entryOf(deploy, 'mode');
  const claims: Claim[] = [];
  const instances = replicas === undefined ? undefined : countIn(replicas.value);
  if (replicas !== undefined && instances !== undefined) {
    const text = `runs ${amount(instances, REPLICA, name)}`;
    const at = { value: { ...replicas.value, range: replicas.range } };
    claims.push(claim('hosts', instances, text, at));
    // Containers have a file system each; what is in a volume, they share as processes do.
    if (instances.says === 'many' && sharesFiles(entry.value))
      claims.push(claim('processes', instances, `${text} on one volume`, { ...at, load: 'in-each' }));
  } else if (textOf(mode?.value) === 'global' && mode !== undefined) {
    claims.push(
      claim('hosts', MANY, `runs a replica of ${name} on each host`, {
        value: { ...mode.value, range: mode.range },
      }),
    );
  }
  return [
    ...(own === undefined
      ? []
      : service.starts.flatMap((start) => evidenceOf(start, { ...speaker, range: own.range }, layout))),
    ...forEach(service.starts).flatMap((start) =>
      evidenceOf({ ...start, claims }, { ...speaker, range: entry.range }, layout),
    ),
  ];
}

/** Each program that is started, once; without any, what is said is said of all code. */
function forEach(starts: readonly Start[]): Start[] {
  const programs = new Set(starts.flatMap(({ program }) => program ?? []));
  return programs.size === 0 ? [{ claims: [] }] : [...programs].map((program) => ({ claims: [], program }));
}

/** Services that run one image with one command are replicas by another name. */
function twins(services: readonly Service[], source: DeploymentSource, layout: Layout): DeploymentEvidence[] {
  const evidence: DeploymentEvidence[] = [];
  const seen = new Set<Service>();
  for (const service of services) {
    const { code, origin } = service;
    if (code === undefined || origin === undefined || seen.has(service)) continue;
    const same = services.filter(
      (other) =>
        other.origin === origin &&
        sameRun(JSON.stringify(other.command ?? null), JSON.stringify(service.command ?? null)),
    );
    for (const one of same) seen.add(one);
    if (same.length < 2) continue;
    const names = same.map(({ name }) => name).join(', ');
    const many = { says: 'many' as const, count: same.length };
    for (const start of forEach(service.starts)) {
      const claims = [claim('hosts', many, `runs one image as ${same.length} services (${names})`)];
      evidence.push(
        ...evidenceOf({ ...start, claims }, { source, range: service.entry.range, root: code.root }, layout),
      );
    }
  }
  return evidence;
}

/** Whether containers write to a directory that they share: a volume, or a directory of the host. */
function sharesFiles(service: DataValue): boolean {
  const volumes = entryOf(service, 'volumes')?.value;
  if (volumes?.kind !== 'list') return false;
  return volumes.items.some((item) => {
    if (item.kind === 'record') {
      const type = textOf(entryOf(item, 'type')?.value) ?? 'volume';
      const readOnly = entryOf(item, 'read_only')?.value;
      return type !== 'tmpfs' && !(readOnly?.kind === 'scalar' && readOnly.value === true);
    }
    const [from = '', to = '', mode = ''] = (textOf(item) ?? '').split(':');
    // A file (a socket, a configuration) is no place for data, and neither is a volume without a name.
    return to !== '' && !mode.includes('ro') && path.extname(from) === '';
  });
}

/** A command as compose takes it: a line, or a list of words. */
function wordsOf(value: DataValue | undefined): string | readonly string[] | undefined {
  if (value?.kind === 'list') return value.items.map((item) => expanded(textOf(item) ?? '', NO_VARIABLES));
  const line = textOf(value);
  return line === undefined ? undefined : expanded(line, NO_VARIABLES);
}

function environmentOf(value: DataValue | undefined): ReadonlyMap<string, string> {
  const environment = new Map<string, string>();
  if (value?.kind === 'record') {
    for (const [name, { value: said }] of value.entries)
      if (said.kind === 'scalar') environment.set(name, expanded(String(said.value), NO_VARIABLES));
  }
  if (value?.kind === 'list') {
    for (const item of value.items) {
      const [, name, said] = /^(\w+)=(.*)$/s.exec(textOf(item) ?? '') ?? [];
      if (name !== undefined && said !== undefined) environment.set(name, expanded(said, NO_VARIABLES));
    }
  }
  return environment;
}

/** A number, or the default of a variable: `${REPLICAS:-3}`. */
function countIn(value: DataValue): ReturnType<typeof parseCount> {
  return instancesOf(value, (text) => parseCount(expanded(text, NO_VARIABLES)));
}

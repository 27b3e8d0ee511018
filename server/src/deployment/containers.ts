/** Which code a container image holds, and what it starts by default. */
import path from 'node:path';
import type { TextRange } from '../model/source.js';
import type { Start } from './claims.js';
import { startsOf } from './commands/index.js';
import { entryOf, textOf, type DataValue } from './data/data.js';
import { execForm, parseInstructions, type Instruction } from './data/dockerfile-data.js';
import { parseYaml } from './data/yaml-data.js';
import { isAtOrInside, type Layout } from './layout.js';
import type { DeploymentSource } from './source.js';

export const DOCKERFILE = /^((Docker|Container)file([._-].*)?|.*\.(docker|container)file)$/i;
export const COMPOSE_FILE = /^(docker-)?compose([._-].*)?\.ya?ml$|^(docker-)?stack([._-].*)?\.ya?ml$/;

/** What a Dockerfile's last stage starts. */
export interface Image {
  readonly source: DeploymentSource;
  readonly environment: ReadonlyMap<string, string>;
  readonly entrypoint: Instruction | undefined;
  readonly command: Instruction | undefined;
}

/** The code that a container runs. */
export interface ContainerCode {
  readonly root: string;
  /** The directories that commands in it may be relative to. */
  readonly directories: readonly string[];
  readonly image?: Image;
}

interface Build {
  /** Names under which the image is known: the service's, and that of the image without its tag. */
  readonly names: readonly string[];
  readonly context: string;
  readonly dockerfile: string | undefined;
}

/** Images that everybody runs and nobody here has written. */
const INFRASTRUCTURE =
  /^(redis|valkey|keydb|dragonfly|postgres(ql)?|postgis|timescaledb|mysql|mariadb|percona|mongo(db)?|cassandra|couchdb|cockroach|clickhouse|elasticsearch|opensearch|kibana|logstash|fluentd|fluent-bit|memcached|rabbitmq|kafka|zookeeper|nats|mosquitto|nginx|httpd|caddy|traefik|haproxy|envoy|varnish|consul|vault|etcd|minio|prometheus|grafana|loki|tempo|jaeger|alertmanager|keycloak|adminer|pgadmin4?|pgbouncer|mailhog|mailpit|registry|busybox|alpine|cadvisor|node-exporter|coredns|cert-manager|oauth2-proxy|flower|localstack|wiremock|selenium|chrome)([-_]?(server|alpine|exporter|sentinel|cluster))?$/;

export class Containers {
  private readonly images: readonly Image[];
  private readonly builds: readonly Build[];
  /** Images in manifests that are called like nothing here. Of one, it may be guessed what it is; of several, not. */
  private readonly strangers: ReadonlySet<string>;

  constructor(
    sources: readonly DeploymentSource[],
    private readonly layout: Layout,
  ) {
    this.images = sources.filter(({ file }) => DOCKERFILE.test(path.basename(file))).map(readImage);
    this.builds = sources.filter(({ file }) => COMPOSE_FILE.test(path.basename(file))).flatMap(buildsOf);
    this.strangers = new Set(
      sources
        .filter(({ file, text }) => /\.ya?ml$/.test(file) && /^kind:/m.test(text))
        .flatMap(({ text }) => [...text.matchAll(/^\s*(?:-\s+)?image:\s*["']?([^\s"'{}]+)/gm)])
        .map(([, image = '']) => imageNames(image).at(-1) ?? '')
        .filter((name) => !INFRASTRUCTURE.test(name) && this.named(undefined, name) === undefined),
    );
  }

  imageOf(source: DeploymentSource): Image | undefined {
    return this.images.find((image) => image.source.file === source.file);
  }

  /** The code of an image that is built from a directory. */
  built(context: string, dockerfile: string | undefined): ContainerCode | undefined {
    if (!isAtOrInside(context, this.layout.top)) return undefined;
    const file = path.resolve(context, dockerfile ?? 'Dockerfile');
    const image = this.images.find(({ source }) => source.file === file);
    return this.code(context, image);
  }

  /**
   * The code of an image that somebody names.
   * @param name of the service, the deployment or the container, which is often that of the directory
   * @param image such as `registry.example.com/team/api:1.4`
   * @returns undefined for what others have written
   */
  named(name: string | undefined, image: string | undefined): ContainerCode | undefined {
    const names = [...(image === undefined ? [] : imageNames(image)), ...(name === undefined ? [] : [name])];
    const [base] = image === undefined ? [] : imageNames(image).slice(-1);
    if (base !== undefined && INFRASTRUCTURE.test(base)) return undefined;
    for (const one of names) {
      const build = this.builds.find((known) => known.names.includes(one));
      if (build !== undefined) return this.built(build.context, build.dockerfile);
    }
    for (const one of names) {
      const home = this.homeOf(one);
      if (home !== undefined) return this.code(home.directory, home.image);
    }
    return undefined;
  }

  /**
   * The code of an image whose name tells nothing, in a file that speaks of images built elsewhere.
   * @param by that file: inside of a package it speaks of that package; where there is one package only, all do
   */
  unnamed(image: string | undefined, by: string): ContainerCode | undefined {
    const base = image === undefined ? undefined : imageNames(image).at(-1);
    if (base !== undefined && (INFRASTRUCTURE.test(base) || this.strangers.size > 1)) return undefined;
    const own = this.layout.packageOf(path.dirname(by));
    if (own !== undefined && own !== this.layout.top) return this.code(own, this.imageIn(own));
    const [only, ...images] = this.images;
    const [home, ...others] = this.layout.packages;
    if (images.length > 0) return undefined;
    // One Dockerfile, and not that of one package among several.
    const built = only === undefined ? undefined : this.layout.rootOf(only.source.file);
    if (built !== undefined && (others.length === 0 || built === this.layout.top))
      return this.code(built, only);
    return others.length > 0 ? undefined : this.code(home ?? this.layout.top, undefined);
  }

  /** The directory that is called like an image, or whose Dockerfile is. */
  private homeOf(name: string): { directory: string; image?: Image } | undefined {
    const candidates = new Map<string, Image | undefined>();
    for (const image of this.images) {
      const directory = path.dirname(image.source.file);
      const suffix = /^dockerfile[._-](.+)$|^(.+)\.dockerfile$/i.exec(path.basename(image.source.file));
      if (isCalled(name, path.basename(directory)) || isCalled(name, suffix?.[1] ?? suffix?.[2]))
        candidates.set(suffix === null ? directory : this.layout.rootOf(image.source.file), image);
    }
    for (const directory of this.layout.packages) {
      if (isCalled(name, path.basename(directory)) && !candidates.has(directory))
        candidates.set(directory, this.imageIn(directory));
    }
    const [first, ...others] = candidates;
    if (first === undefined || others.length > 0) return undefined;
    return { directory: first[0], ...(first[1] !== undefined && { image: first[1] }) };
  }

  private imageIn(directory: string): Image | undefined {
    return this.images.find(({ source }) => source.file === path.join(directory, 'Dockerfile'));
  }

  private code(directory: string, image: Image | undefined): ContainerCode {
    const packageRoot = this.layout.packageOf(directory) ?? directory;
    const own = image === undefined ? undefined : path.dirname(image.source.file);
    // A Dockerfile of its own directory, built from the directory around it (`context: .`, `dockerfile: api/Dockerfile`).
    const inside = own !== undefined && own !== directory && isAtOrInside(own, directory) ? [own] : [];
    const root = inside.length > 0 && this.layout.packages.has(inside[0] ?? '') ? inside[0] : packageRoot;
    return {
      root: root ?? packageRoot,
      directories: [...new Set([...inside, directory, packageRoot])],
      ...(image !== undefined && { image }),
    };
  }

  /** What an image starts, or what a container starts in it. */
  starts(
    code: ContainerCode,
    said: {
      readonly entrypoint?: string | readonly string[];
      readonly command?: string | readonly string[];
      readonly environment?: ReadonlyMap<string, string>;
    } = {},
  ): Start[] {
    const { image } = code;
    const entrypoint = said.entrypoint ?? commandIn(image?.entrypoint);
    // An entrypoint that is said anew takes the image's command away.
    const command = said.command ?? (said.entrypoint === undefined ? commandIn(image?.command) : undefined);
    const context = {
      directories: code.directories,
      layout: this.layout,
      environment: new Map([...(image?.environment ?? []), ...(said.environment ?? [])]),
    };
    if (entrypoint === undefined) return command === undefined ? [] : startsOf(command, context);
    if (typeof entrypoint === 'string') return startsOf(entrypoint, context);
    const words = typeof command === 'string' ? command.split(/\s+/) : (command ?? []);
    const together = startsOf([...entrypoint, ...words], context);
    // A script of the image's own, which mostly ends in running the command.
    const last = together.length === 0 && words.length > 0 ? startsOf(command ?? words, context) : together;
    return last;
  }
}

/** The words, or for the shell form the line, of `CMD` and `ENTRYPOINT`. */
function commandIn(instruction: Instruction | undefined): string | readonly string[] | undefined {
  return instruction === undefined ? undefined : (execForm(instruction.value) ?? instruction.value);
}

/** Where the command of an image stands. */
export function rangeOf({ command, entrypoint }: Image): TextRange {
  return (command ?? entrypoint)?.range ?? { start: 0, end: 0 };
}

function readImage(source: DeploymentSource): Image {
  interface Stage {
    readonly environment: Map<string, string>;
    entrypoint?: Instruction;
    command?: Instruction;
  }
  const stages = new Map<string, Stage>();
  let stage: Stage = { environment: new Map() };
  for (const instruction of parseInstructions(source.text)) {
    const { name, value } = instruction;
    switch (name) {
      case 'FROM': {
        const [base = '', as] = value.replace(/--\S+\s+/g, '').split(/\s+as\s+/i);
        const earlier = stages.get(base.trim());
        stage = { ...earlier, environment: new Map(earlier?.environment) };
        if (as !== undefined) stages.set(as.trim(), stage);
        break;
      }
      case 'ENV':
      case 'ARG':
        for (const [key, said] of assignments(value)) stage.environment.set(key, said);
        break;
      case 'ENTRYPOINT':
        stage.entrypoint = instruction;
        delete stage.command;
        break;
      case 'CMD':
        stage.command = instruction;
        break;
    }
  }
  return {
    source,
    environment: stage.environment,
    entrypoint: stage.entrypoint,
    command: stage.command,
  };
}

/** `KEY=value KEY2="value 2"`, and the older `KEY value`. */
function assignments(text: string): [string, string][] {
  const old = /^(\w+)\s+([^=]+)$/.exec(text);
  if (old !== null) return [[old[1] ?? '', old[2] ?? '']];
  return [...text.matchAll(/(\w+)=("(?:\\.|[^"\\])*"|'[^']*'|\S*)/g)].map(([, key = '', value = '']) => [
    key,
    value.replace(/^(["'])(.*)\1$/s, '$2'),
  ]);
}

function buildsOf({ file, text }: DeploymentSource): Build[] {
  const services = entryOf(parseYaml(text).data, 'services')?.value;
  if (services?.kind !== 'record') return [];
  return [...services.entries].flatMap(([name, { value }]) => {
    const build = buildOf(value, file);
    if (build === undefined) return [];
    const image = textOf(entryOf(value, 'image')?.value);
    return [{ names: [name, ...(image === undefined ? [] : imageNames(image))], ...build }];
  });
}

/** The directory and the Dockerfile that a service of compose is built from. */
export function buildOf(
  service: DataValue,
  file: string,
): { context: string; dockerfile: string | undefined } | undefined {
  const build = entryOf(service, 'build')?.value;
  const directory =
    textOf(build) ?? (build === undefined ? undefined : (textOf(entryOf(build, 'context')?.value) ?? '.'));
  if (directory === undefined) return undefined;
  return {
    context: path.resolve(path.dirname(file), directory),
    dockerfile: textOf(entryOf(build, 'dockerfile')?.value),
  };
}

/** An image's name without registry, tag and digest: `team/api`, and `api`. */
function imageNames(image: string): string[] {
  const bare = image
    .replace(/@.*$/, '')
    .replace(/:[^/]*$/, '')
    .replace(/^[\w.-]+[.:][\w.:-]*\//, '');
  const last = bare.split('/').at(-1) ?? bare;
  return bare === last ? [last] : [bare, last];
}

/** Whether an image or a service is called like a directory: `shop-api` and `api` are for `api`. */
function isCalled(name: string, directory: string | undefined): boolean {
  if (directory === undefined || directory === '') return false;
  const last = name.split('/').at(-1) ?? name;
  return last === directory || last.endsWith(`-${directory}`) || last.startsWith(`${directory}-`);
}

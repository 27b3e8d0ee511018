import { existsSync } from 'node:fs';
import path from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { Level, RuleId } from '../model/diagnostics.js';
import { DIMENSIONS, type Dimension } from '../model/dimensions.js';
import type { DeploymentEvidence, ProcessLoad } from '../model/deployment.js';
import type { LibraryModel } from '../model/library-model.js';
import { lineStartsOf, placeOf, positionAt } from '../model/source.js';
import { configurationSchema } from './configuration-schema.js';
import { readTextFile } from './text-file.js';

/** The name under which a project's configuration is looked for. */
export const CONFIGURATION_FILE = 'lockkit.json';

export type LevelSetting = Level | 'off';
export type RuleSettings = Readonly<Partial<Record<RuleId, LevelSetting>>>;
/** How many run along a dimension; `true`: more than one; `false`: exactly one. */
export type DeploymentSettings = Readonly<Partial<Record<Dimension, number | boolean>>> & {
  /** When the processes load the code: decides whether they inherit what it makes. */
  readonly load?: ProcessLoad;
};

export interface Configuration {
  /** Absolute path of the file it was read from; absent for the defaults. */
  readonly file?: string;
  /** What `include` and `exclude` are relative to, and whose code `deployment` speaks of; absent for the defaults. */
  readonly directory?: string;
  readonly rules: RuleSettings;
  /** Absent: what is checked by default. */
  readonly include?: readonly string[];
  readonly exclude: readonly string[];
  readonly libraries: readonly LibraryModel[];
  /** Evidence that stands in place of all other for its dimension. */
  readonly deployment: readonly DeploymentEvidence[];
}

/** What holds where no `lockkit.json` is found. */
export const DEFAULT_CONFIGURATION: Configuration = { rules: {}, exclude: [], libraries: [], deployment: [] };

/** A configuration that cannot be used; the message is one line and names the file. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';

  constructor(
    /** Absolute path. */
    readonly file: string,
    /** 1-based. */
    readonly line: number,
    /** What is wrong, without the place. */
    readonly reason: string,
  ) {
    super(`${file}:${line}: ${reason}`);
  }
}

/** The `lockkit.json` nearest to a directory, upwards to the root. */
export function findConfigurationFile(directory: string): string | undefined {
  for (let at = directory; ; at = path.dirname(at)) {
    const file = path.join(at, CONFIGURATION_FILE);
    if (existsSync(file)) return file;
    if (path.dirname(at) === at) return undefined;
  }
}

/**
 * Reads and checks a configuration file.
 * @param file absolute path
 * @throws ConfigurationError when it cannot be read, is not JSON, or says what the schema does not allow
 */
export function readConfiguration(file: string): Configuration {
  const source = readTextFile(file);
  if (source.kind !== 'text') throw new ConfigurationError(file, source.line, source.message);
  return parseConfiguration(file, source.text);
}

/** @throws ConfigurationError */
export function parseConfiguration(file: string, text: string): Configuration {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const { message, line } = jsonError(error, text);
    throw new ConfigurationError(file, line, `not JSON: ${message}`);
  }
  const validate = compiled();
  if (!validate(value)) {
    throw new ConfigurationError(file, 1, explain(validate.errors ?? []));
  }
  const directory = path.dirname(file);
  return {
    file,
    directory,
    rules: value.rules ?? {},
    ...(value.include === undefined ? {} : { include: value.include }),
    exclude: value.exclude ?? [],
    libraries: value.libraries ?? [],
    deployment: deploymentEvidence(value.deployment ?? {}, directory, {
      name: CONFIGURATION_FILE,
      file,
      text,
    }),
  };
}

/**
 * The evidence that settings are.
 * @param root the directory whose code they speak of
 * @param source where they stand, for the place and the text of the evidence
 */
export function deploymentEvidence(
  settings: DeploymentSettings,
  root: string,
  source: { readonly name: string; readonly file: string; readonly text: string },
): DeploymentEvidence[] {
  const lineStarts = lineStartsOf(source.text);
  return DIMENSIONS.flatMap((dimension): DeploymentEvidence[] => {
    const setting = settings[dimension];
    if (setting === undefined) return [];
    const key = new RegExp(`"deployment"\\s*:\\s*\\{[^{}]*?(?="${dimension}")`).exec(source.text);
    const start = key === null ? 0 : key.index + key[0].length;
    const end = key === null ? 0 : start + dimension.length + 2;
    const one = setting === false || setting === 1;
    return [
      {
        dimension,
        says: one ? 'one' : 'many',
        ...(typeof setting === 'number' ? { count: setting } : {}),
        text: `${source.name} says ${said(dimension, setting)}`,
        place: placeOf(source.file, lineStarts, { start, end }),
        root,
        ...(dimension === 'processes' && settings.load !== undefined && { load: settings.load }),
        setting: true,
      },
    ];
  });
}

function said(dimension: Dimension, setting: number | boolean): string {
  if (setting === false || setting === 1) return `that there is one execution along ${dimension}`;
  return setting === true ? `that there are many ${dimension}` : `${setting} ${dimension}`;
}

interface ConfigurationJson {
  readonly deployment?: DeploymentSettings;
  readonly rules?: RuleSettings;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly libraries?: readonly LibraryModel[];
}

let validator: ValidateFunction<ConfigurationJson> | undefined;

/** Compiled when a configuration is there to be checked; it takes longer than checking some files. */
function compiled(): ValidateFunction<ConfigurationJson> {
  return (validator ??= new Ajv({ allowUnionTypes: true }).compile<ConfigurationJson>(configurationSchema));
}

/** The deepest error: of the alternatives of an `anyOf`, the one that got furthest says most. */
function explain(errors: readonly ErrorObject[]): string {
  let deepest: ErrorObject | undefined;
  for (const error of errors) {
    const deeper = deepest === undefined || depthOf(error) > depthOf(deepest);
    if (error.keyword !== 'anyOf' && deeper) deepest = error;
  }
  const error = deepest ?? errors[0];
  if (error === undefined) return 'not a Lockkit configuration';
  const where = error.instancePath === '' ? 'at the top' : `at ${error.instancePath}`;
  switch (error.keyword) {
    case 'additionalProperties':
      return `${where}: "${String(error.params.additionalProperty)}" is not known; ${allowedKeys(error)}`;
    case 'enum':
      return `${where}: allowed are ${listed(error.params.allowedValues)}`;
    case 'required':
      return `${where}: "${String(error.params.missingProperty)}" is missing`;
    default:
      return `${where}: ${error.message ?? 'not allowed'}`;
  }
}

function depthOf(error: ErrorObject): number {
  return error.instancePath.split('/').length;
}

function allowedKeys(error: ErrorObject): string {
  const parent: unknown = error.schemaPath
    .split('/')
    .slice(1, -1)
    .reduce<unknown>(
      (schema, key) => (isRecord(schema) ? schema[decodePointer(key)] : undefined),
      configurationSchema,
    );
  const properties = isRecord(parent) ? parent.properties : undefined;
  return isRecord(properties) ? `allowed are ${listed(Object.keys(properties))}` : 'it is not allowed here';
}

function decodePointer(part: string): string {
  return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function listed(values: unknown): string {
  return Array.isArray(values) ? values.map((value) => JSON.stringify(value)).join(', ') : String(values);
}

/**
 * V8 says where the text breaks off as an offset (`at position 15`), or by quoting ten characters on both sides of it
 * (`..."ules": {},\n}" is not valid JSON`); people want the line.
 */
function jsonError(error: unknown, text: string): { message: string; line: number } {
  const message = error instanceof Error ? error.message : String(error);
  const position = / (?:in JSON )?at position (\d+).*$/s.exec(message);
  const quoted = /, (\.\.\.)?"(.*)"(?:\.\.\.)? is not valid JSON$/s.exec(message);
  const token = /^Unexpected token '(.)'/s.exec(message)?.[1] ?? '';
  let offset = text.length;
  if (position?.[1] !== undefined) offset = Number(position[1]);
  else if (quoted?.[1] !== undefined) offset = text.indexOf(quoted[2] ?? '') + QUOTED_BEFORE;
  else if (quoted !== null) offset = text.indexOf(token);
  const { line } = positionAt(lineStartsOf(text), offset);
  const short = message.slice(0, position?.index ?? quoted?.index);
  return { message: short.replaceAll(/\s+/g, ' '), line };
}

/** How many characters V8 quotes before the one that is wrong. */
const QUOTED_BEFORE = 10;

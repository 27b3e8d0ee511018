/** Functions as a service: as many instances run as there are requests, on hosts of their own. */
import path from 'node:path';
import { claim, evidenceOf, type Claim } from '../claims.js';
import { entryOf, textOf, type DataEntry, type DataValue } from '../data/data.js';
import { parseJson, parseModule } from '../data/javascript-data.js';
import { parseYaml } from '../data/yaml-data.js';
import { countOf, MANY, ONE } from '../instances.js';
import type { Layout } from '../layout.js';
import { programFile } from '../programs.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';

export const SERVERLESS_FILE = /^serverless([._-].*)?\.(ya?ml|json|[cm]?[jt]s)$/;

interface FunctionEntry {
  readonly name: string;
  readonly entry: DataEntry;
  /** `src/orders.create`: a module's path, and the name it exports. */
  readonly handler: string | undefined;
  /** The directory that the handler is relative to. */
  readonly directory: string;
  /** How many instances there are at most. */
  readonly limit: DataEntry | undefined;
}

/** The Serverless Framework. https://www.serverless.com/framework/docs/providers/aws/guide/serverless.yml */
export function readServerless(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const data = dataOf(file, text);
  const provider = textOf(entryOf(entryOf(data, 'provider')?.value, 'name')?.value);
  const functions = entryOf(data, 'functions')?.value;
  // The list form has a record for each file that functions are taken from.
  const records = functions?.kind === 'list' ? functions.items : functions === undefined ? [] : [functions];
  return ofFunctions(
    records.flatMap((record) =>
      record.kind === 'record'
        ? [...record.entries].map(([name, entry]) => ({
            name,
            entry,
            handler: textOf(entryOf(entry.value, 'handler')?.value),
            directory: path.dirname(file),
            limit: entryOf(entry.value, 'reservedConcurrency'),
          }))
        : [],
    ),
    { source, layout, lambda: provider === undefined || provider === 'aws' },
  );
}

function dataOf(file: string, text: string): DataValue | undefined {
  if (file.endsWith('.json')) return parseJson(file, text).data;
  return (/\.ya?ml$/.test(file) ? parseYaml(text) : parseModule(file, text)).data;
}

/** Whether a text is a template of the AWS Serverless Application Model, whatever the file is called. */
export function isSam({ text }: DeploymentSource): boolean {
  return text.includes('AWS::Serverless-2016-10-31');
}

/** https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html */
export function readSam(source: DeploymentSource, layout: Layout): Reading {
  const { file, text } = source;
  if (layout.isTest(file)) return NOTHING_READ;
  const data = dataOf(file, text);
  const globals = entryOf(entryOf(data, 'Globals')?.value, 'Function')?.value;
  const resources = entryOf(data, 'Resources')?.value;
  if (resources?.kind !== 'record') return NOTHING_READ;
  const functions = [...resources.entries].flatMap(([name, entry]) => {
    if (textOf(entryOf(entry.value, 'Type')?.value) !== 'AWS::Serverless::Function') return [];
    const properties = entryOf(entry.value, 'Properties')?.value;
    const said = (key: string): DataEntry | undefined => entryOf(properties, key) ?? entryOf(globals, key);
    return [
      {
        name,
        entry,
        handler: textOf(said('Handler')?.value),
        directory: path.resolve(path.dirname(file), textOf(said('CodeUri')?.value) ?? '.'),
        limit: said('ReservedConcurrentExecutions'),
      },
    ];
  });
  return ofFunctions(functions, { source, layout, lambda: true });
}

/** @param where.lambda true where an instance handles one request at a time */
function ofFunctions(
  functions: readonly FunctionEntry[],
  {
    source,
    layout,
    lambda,
  }: { readonly source: DeploymentSource; readonly layout: Layout; readonly lambda: boolean },
): Reading {
  const evidence = functions.flatMap(({ name, entry, handler, directory, limit }) => {
    // Of an image or of code that somebody else has written, nothing is known here.
    const program = handler === undefined ? undefined : handlerFile(handler, directory, layout);
    if (program === undefined) return [];
    const instances = limit === undefined ? undefined : countOf(limit.value);
    const claims: Claim[] = [
      instances?.says === 'one'
        ? claim('hosts', ONE, `runs one instance of the function ${name}`, {
            ...(limit !== undefined && { value: { ...limit.value, range: limit.range } }),
          })
        : claim('hosts', MANY, `runs the function ${name} in as many instances as it has requests`),
      ...(lambda
        ? [
            claim(
              'tasks',
              ONE,
              `runs the function ${name} on AWS Lambda, one request at a time in an instance`,
            ),
          ]
        : []),
    ];
    return evidenceOf({ claims, program }, { source, range: entry.range }, layout);
  });
  return { evidence, problems: [] };
}

/** `src/orders.create` is `create` of `src/orders.ts`, `handlers.orders.create` in Python that of `handlers/orders.py`. */
function handlerFile(handler: string, directory: string, layout: Layout): string | undefined {
  const file = handler.replace(/\.[^./]+$/, '');
  return (
    programFile(file, [directory], layout) ??
    [`${file}.py`, `${file.replaceAll('.', '/')}.py`]
      .map((name) => path.resolve(directory, name))
      .find((name) => layout.exists(name))
  );
}

/**
 * The JSON schema of a {@link LibraryModel}, for `libraries` in `lockkit.json`. A test holds it to the built-in models: each
 * of them must be valid by it.
 */
import { DIMENSIONS } from '../model/dimensions.js';

const index = {
  type: 'integer',
  description: 'The index of an argument, from 0; negative ones count from the last.',
};
const name = { type: 'string', minLength: 1 };
const flag = { type: 'boolean' };
const dimensions = { type: 'array', items: { enum: DIMENSIONS } };
const span = { ...dimensions, description: 'The dimensions along which the lock excludes.' };

/** An object with no properties besides these. */
function record(properties: Readonly<Record<string, object>>, required: readonly string[] = []): object {
  return { type: 'object', properties, required, additionalProperties: false };
}

function mapOf(values: object): object {
  return { type: 'object', additionalProperties: values };
}

const cellProperties = {
  kind: { enum: ['variable', 'field', 'element', 'file', 'redis', 'storage', 'row'] },
  key: {
    ...index,
    description: 'The argument that is the key or path; without it, the whole store is one cell.',
  },
  field: { ...index, description: 'The argument that is a second part of the key.' },
  receiver: { ...flag, description: 'The key names an element of the receiver itself.' },
};

const receiverLock = record({ receiver: { const: true }, key: index }, ['receiver']);
const descriptorLock = record({ descriptor: index }, ['descriptor']);

function reference(definition: string): object {
  return { $ref: `#/definitions/${definition}` };
}

/** The parts of {@link librarySchema}, to be the `definitions` of the schema that holds it. */
export const libraryDefinitions = {
  cell: record(cellProperties, ['kind']),
  acquire: record(
    {
      lock: { anyOf: [receiverLock, record({ name: index, span }, ['name', 'span']), descriptorLock] },
      grant: { enum: ['callable', 'object', 'lock'], description: 'How it is given back.' },
      when: record(
        { argument: index, values: { type: 'array', items: name }, releases: { type: 'array', items: name } },
        ['argument', 'values', 'releases'],
      ),
      option: { ...name, description: 'The word among the arguments that makes the call an acquire.' },
      blocking: { ...flag, description: 'The thread waits until the lock is held.' },
      try: { ...flag, description: 'The call may return without the lock.' },
    },
    ['lock'],
  ),
  release: record({ lock: { anyOf: [receiverLock, record({ name: index }, ['name']), descriptorLock] } }, [
    'lock',
  ]),
  run: record(
    {
      argument: index,
      when: { enum: ['now', 'each', 'handler', 'timer', 'later'] },
      locked: { ...flag, description: 'It runs under the lock that the call acquires.' },
      text: { ...name, description: 'Who calls it, for messages: "an HTTP request".' },
      returned: { ...flag, description: "The function's return value becomes the call's." },
      parameters: { type: 'array', items: { type: ['string', 'null'] } },
    },
    ['argument', 'when'],
  ),
  call: record({
    completes: {
      enum: ['sync', 'promise', 'callback'],
      description: 'How the call completes. Default: sync.',
    },
    reads: reference('cell'),
    writes: record({ ...cellProperties, value: { ...index, description: 'The argument that is written.' } }, [
      'kind',
    ]),
    atomic: reference('cell'),
    acquires: reference('acquire'),
    releases: reference('release'),
    runs: { type: 'array', items: reference('run') },
    spawns: record(
      {
        dimension: { enum: DIMENSIONS },
        text: { ...name, description: 'The call as its documentation writes it, for messages.' },
        program: { ...index, description: 'The argument that is the path of the program.' },
        onlyRepeated: {
          ...flag,
          description: 'Starting it once says nothing: what is started is another program.',
        },
      },
      ['dimension', 'text'],
    ),
    returns: {
      anyOf: [
        record({ instance: name }, ['instance']),
        record({ argument: index }, ['argument']),
        record({ receiver: { const: true } }, ['receiver']),
        record({ openFile: index }, ['openFile']),
      ],
    },
    pure: flag,
    differs: {
      ...dimensions,
      description: 'The dimensions along which no two executions get the same result.',
    },
    future: { enum: ['new', 'then', 'catch', 'finally', 'all', 'resolve'] },
  }),
  class: record(
    {
      lock: record({ span }, ['span']),
      name: { ...index, description: 'The argument that names the instance.' },
      methods: mapOf(reference('call')),
      properties: mapOf(name),
      construct: reference('call'),
      structural: { ...flag, description: 'The names of its methods say enough, whatever the receiver.' },
    },
    ['methods'],
  ),
  export: {
    anyOf: [
      record({ class: name }, ['class']),
      record({ instance: name }, ['instance']),
      record({ sameAs: name }, ['sameAs']),
      record({ call: reference('call') }, ['call']),
      record(
        {
          value: record(
            {
              differs: {
                ...dimensions,
                description: 'The dimensions along which executions have a value of their own.',
              },
            },
            ['differs'],
          ),
        },
        ['value'],
      ),
    ],
  },
};

/** Refers to {@link libraryDefinitions}. */
export const librarySchema = {
  ...record(
    {
      library: { ...name, description: "The library's name, for messages." },
      modules: {
        type: 'array',
        items: name,
        minItems: 1,
        description: 'The module specifiers it is imported by.',
      },
      documentation: { type: 'string', description: 'Where it is documented.' },
      exports: { ...mapOf(reference('export')), description: 'What each exported name is.' },
      classes: mapOf(reference('class')),
    },
    ['library', 'modules', 'exports'],
  ),
  description: 'What the calls of a library, or of a wrapper of your own, do.',
};

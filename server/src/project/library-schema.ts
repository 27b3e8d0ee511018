/**
 * The JSON schema of a {@link LibraryModel}, for `libraries` in `lockkit.json`. A test holds it to the built-in models: each
 * of them must be valid by it.
 */
import { DIMENSIONS } from '../model/dimensions.js';

const reference = {
  anyOf: [
    { type: 'integer' },
    { type: 'string', pattern: '^(-?\\d+|receiver|name|source|named|arguments)(\\.[^.]+)*$' },
  ],
  description:
    'A value that the call can see: the index of an argument, from 0 (negative ones count from the last), or a path: "0.where", "receiver", "name", "source", "named", "arguments".',
};
const references = { anyOf: [reference, { type: 'array', items: reference }] };
const name = { type: 'string', minLength: 1 };
const className = { type: 'string', description: 'A class of this model.' };
const flag = { type: 'boolean' };
const names = { type: 'array', items: name };
const dimensions = { type: 'array', items: { enum: DIMENSIONS } };
const span = { ...dimensions, description: 'The dimensions along which the lock excludes.' };

/** An object with no properties besides these. */
function record(properties: Readonly<Record<string, object>>, required: readonly string[] = []): object {
  return { type: 'object', properties, required, additionalProperties: false };
}

function mapOf(values: object): object {
  return { type: 'object', additionalProperties: values };
}

function definition(of: string): object {
  return { $ref: `#/definitions/${of}` };
}

const cellProperties = {
  kind: { enum: ['variable', 'field', 'element', 'file', 'redis', 'storage', 'row', 'shared', 'remote'] },
  key: {
    ...reference,
    description:
      'The argument that is the key or path; of a row, the columns that select it. Without it, the whole store is one cell.',
  },
  opened: { ...flag, description: 'Of a file: the argument must be an open file.' },
  field: { ...reference, description: 'The argument that is a second part of the key.' },
  receiver: { ...flag, description: 'The key names an element of the receiver itself.' },
  subscript: {
    ...flag,
    description: 'The cell is the one that a subscript of the receiver by the same key names.',
  },
  table: {
    ...reference,
    description: 'Of a row: what names its table, collection or model. Default: the receiver.',
  },
  column: { ...name, description: 'Of a row: the column that the key is the value of.' },
};

const along = {
  ...record({ async: dimensions, sync: dimensions }, ['async', 'sync']),
  description: 'The dimensions along which handlers overlap, async functions and others. Default: tasks.',
};
const usually = {
  ...record({ along: dimensions, text: name }, ['along', 'text']),
  description: 'The dimensions along which they normally overlap, where nothing says how they are run.',
};
const receiverLock = record({ receiver: { const: true }, key: reference }, ['receiver']);
const descriptorLock = record(
  {
    descriptor: reference,
    ofProcess: { ...flag, description: 'The process owns it, whatever handle it is taken by.' },
  },
  ['descriptor'],
);
const grantLock = record({ grant: reference }, ['grant']);
const permits = {
  ...record({ at: references, absent: { type: 'integer', minimum: 1 } }, ['at']),
  description: 'How many may be inside at once, and how many when nothing is given.',
};
const conflicts = {
  enum: ['refused', 'lost'],
  description: 'What becomes of a transaction that writes what others have changed since it read it.',
};

/** The parts of {@link librarySchema}, to be the `definitions` of the schema that holds it. */
export const libraryDefinitions = {
  cell: record(cellProperties, ['kind']),
  acquire: record(
    {
      lock: {
        anyOf: [
          receiverLock,
          record({ name: reference, key: reference, span }, ['name', 'span']),
          descriptorLock,
        ],
      },
      grant: { enum: ['callable', 'object', 'lock'], description: 'How it is given back.' },
      when: record({ argument: reference, values: names, releases: names, tries: names }, [
        'argument',
        'values',
        'releases',
      ]),
      option: { ...name, description: 'The word among the arguments that makes the call an acquire.' },
      blocking: { ...flag, description: 'The thread waits until the lock is held.' },
      try: {
        anyOf: [flag, { type: 'array', items: reference }],
        description: 'The call may return without the lock; or the arguments that let it.',
      },
      failsWith: {
        ...names,
        description: 'Codes of the error that the call fails with when others hold the lock.',
      },
      lease: {
        anyOf: [flag, names],
        description: 'The lock runs out by itself; or the words among the arguments that make it so.',
      },
    },
    ['lock'],
  ),
  release: record(
    {
      lock: {
        anyOf: [
          receiverLock,
          record({ name: reference, key: reference }, ['name']),
          descriptorLock,
          grantLock,
        ],
      },
      unchecked: { ...flag, description: 'The lock is freed whoever holds it by then.' },
    },
    ['lock'],
  ),
  run: record(
    {
      argument: reference,
      when: { enum: ['now', 'each', 'handler', 'timer', 'later', 'beside'] },
      dimension: {
        enum: DIMENSIONS,
        description: 'Of "beside": what kind of execution it is. Default: tasks.',
      },
      several: { ...flag, description: 'Of "beside": the call starts several.' },
      locked: { ...flag, description: 'It runs under the lock that the call acquires.' },
      text: { ...name, description: 'Who calls it, for messages: "an HTTP request".' },
      along,
      usually,
      returned: { ...flag, description: "The function's return value becomes the call's." },
      parameters: {
        anyOf: [
          { enum: ['arguments', 'rest'] },
          record({ elements: reference }, ['elements']),
          { type: 'array', items: { type: ['string', 'null'] } },
        ],
        description:
          'Classes of this model that its parameters are instances of, or the arguments of the call.',
      },
      permits,
      alone: {
        type: 'array',
        items: reference,
        description: 'It runs one after another if one of these is given.',
      },
      limited: { ...flag, description: 'It runs one after another if a call that limits has said so.' },
    },
    ['argument', 'when'],
  ),
  sql: record(
    {
      text: reference,
      parameters: reference,
      record: className,
      kept: { ...flag, description: 'The rows are kept in the receiver, to be fetched from it.' },
      positions: { ...flag, description: 'The rows are tuples.' },
      conflicts,
    },
    ['text', 'record'],
  ),
  query: record({
    verb: { enum: ['read', 'write', 'atomic'], description: 'What the query does.' },
    table: reference,
    where: { ...reference, description: 'A condition, an object of columns, or the name of a column.' },
    value: { ...reference, description: 'The value of the column.' },
    operator: { ...reference, description: 'The operator between the two, when it is an argument.' },
    column: { ...name, description: 'The column that `where` is the value of.' },
    set: { ...references, description: 'New values: an object of columns, or the name of a column.' },
    to: { ...reference, description: 'The new value of the column.' },
    locks: { ...flag, description: 'The rows stay locked until the transaction ends.' },
    record: className,
    query: className,
  }),
  call: record({
    requires: {
      ...record({ argument: { type: 'integer' }, matches: name }, ['argument', 'matches']),
      description:
        'Of a structural class: it is meant only if the argument is a text that matches the pattern.',
    },
    sameAs: { ...name, description: 'Another method of the class that does the same.' },
    completes: {
      enum: ['sync', 'promise', 'callback'],
      description: 'How the call completes. Default: sync.',
    },
    parameters: {
      type: 'array',
      items: name,
      description: 'The names of the parameters, for arguments that are given by name.',
    },
    reads: record(
      {
        ...cellProperties,
        kept: {
          enum: [true, false, 'beside'],
          description:
            'What was read is kept in the receiver, until it is written from there; "beside": with what it has kept so far.',
        },
        presence: { ...flag, description: 'It tells no more than whether there is something.' },
        locked: {
          ...reference,
          description: 'The row stays locked until the transaction ends if this is there.',
        },
      },
      ['kind'],
    ),
    writes: record(
      {
        ...cellProperties,
        value: {
          ...references,
          description: 'What is written; of a row, an object of columns. Several: the first that is there.',
        },
        expression: record({ text: reference, names: reference, values: reference }, ['text']),
        lists: { const: 'checked', description: 'Of a row: lists that are written as a whole are checked.' },
        from: { ...reference, description: 'The key of the cell whose value is written here.' },
        to: {
          enum: [true, false, null],
          description: 'The value that is written, when it is always the same.',
        },
        atOnce: { ...flag, description: 'Readers see it at once, though the call completes later.' },
        ifAbsent: {
          type: 'array',
          items: name,
          description:
            'Words among the arguments, or names of options, with which nothing is written if there is something already.',
        },
        changes: { ...flag, description: 'Of a row: the columns that were assigned to in a record.' },
        checked: {
          type: 'array',
          items: reference,
          description:
            'The store refuses the write if the cell is not as it was read, when one of these is there.',
        },
      },
      ['kind'],
    ),
    atomic: definition('cell'),
    adds: {
      ...record(
        { add: name, subtract: name, one: name, fraction: name, returns: { enum: ['number', 'text'] } },
        ['add'],
      ),
      description:
        'Calls that add in one step, in place of this one: "incrby(key, amount)". "key", "field" and "column" stand for what this call has there.',
    },
    column: { ...reference, description: 'The column of the record that it returns.' },
    assigns: {
      ...record({ column: reference, value: reference }, ['column']),
      description: 'Columns of the record that it gives new values.',
    },
    acquires: definition('acquire'),
    releases: definition('release'),
    sql: definition('sql'),
    builds: definition('query'),
    condition: {
      anyOf: [
        record({ column: reference, value: reference }, ['column', 'value']),
        record({ all: { const: true } }),
      ],
      description: 'The call is a condition on columns, for a query.',
    },
    performs: { ...reference, description: 'The command or query that the call performs.' },
    transaction: {
      ...record({ isolation: reference, conflicts, kind: cellProperties.kind }),
      description: 'The functions that it runs, or all until a call that commits, are one transaction.',
    },
    limits: { ...reference, description: 'How many handlers of the receiver run at once.' },
    commits: { ...flag, description: 'The transaction ends.' },
    refreshes: {
      ...record({ record: reference, locked: reference }, ['record']),
      description: 'The record is read anew.',
    },
    runs: { type: 'array', items: definition('run') },
    spawns: record(
      {
        dimension: { enum: DIMENSIONS },
        text: { ...name, description: 'The call as its documentation writes it, for messages.' },
        effect: { ...name, description: 'What it does, for messages.' },
        program: { type: 'integer', description: 'The argument that is the path of the program.' },
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
        record({ inner: name }, ['inner']),
        record({ export: name }, ['export']),
        record({ kept: { const: true } }, ['kept']),
        record({ argument: reference, otherwise: name }, ['argument']),
        record({ named: reference, instances: mapOf(name) }, ['named', 'instances']),
        record({ receiver: { const: true } }, ['receiver']),
        record({ manager: reference }, ['manager']),
        record({ descriptor: { const: true } }, ['descriptor']),
        record({ object: { enum: [true, 'merged'] } }, ['object']),
        record({ openFile: reference, ifAbsent: { type: 'array', items: name } }, ['openFile']),
        record({ record: className }, ['record']),
      ],
    },
    pure: flag,
    throws: { ...flag, description: 'The call throws on what it is given.' },
    ends: { ...flag, description: 'The call ends the process.' },
    differs: {
      ...dimensions,
      description: 'The dimensions along which no two executions get the same result.',
    },
    future: { enum: ['new', 'then', 'catch', 'finally', 'all', 'some', 'resolve'] },
  }),
  class: record(
    {
      lock: record(
        {
          span,
          inherited: {
            ...flag,
            description: 'Processes share it only if it is made before they are forked.',
          },
          permits,
          over: { ...reference, description: 'The argument that is the lock itself, where one is given.' },
        },
        ['span'],
      ),
      openFile: { ...flag, description: 'An instance is an open file, whose path is its name.' },
      value: { ...flag, description: 'Instances of one name are equal.' },
      name: { ...reference, description: 'The argument that names the instance.' },
      nested: { ...flag, description: 'Its name begins with that of the instance that makes it.' },
      unique: { ...flag, description: 'Instances of one name are one.' },
      extends: className,
      methods: mapOf(definition('call')),
      call: definition('call'),
      performed: definition('call'),
      properties: mapOf(name),
      through: { ...names, description: 'Of records: properties that lead to the record itself.' },
      construct: definition('call'),
      structural: {
        enum: [true, false, 'table', 'query', 'sql'],
        description:
          'The names of its methods say enough, whatever the receiver; or if the first argument is a table, a query, or a statement of SQL.',
      },
      called: {
        ...name,
        description: 'Of a structural class: a pattern that the name of the receiver must match.',
      },
      rows: {
        ...flag,
        description: 'Classes of the project that extend it are tables, their instances rows.',
      },
      tracked: { ...flag, description: 'Of records: assigning to a column is writing it.' },
      begins: { ...definition('query'), description: 'An instance is itself the beginning of a query.' },
      exports: { ...mapOf(name), description: 'Properties that hold what the library exports.' },
      cells: {
        ...mapOf(record({ reach: dimensions, usually }, ['reach'])),
        description: 'Properties that are state which executions share; "*" stands for its elements.',
      },
      handles: {
        ...record({ methods: names, text: name, along, usually, own: flag, once: flag }, [
          'methods',
          'text',
          'along',
        ]),
        description: 'Methods that the library calls, of classes of the project that extend it.',
      },
    },
    ['methods'],
  ),
  export: {
    anyOf: [
      record({ class: name, static: className }, ['class']),
      record(
        {
          decorator: record({
            calls: name,
            serial: flag,
            methods: mapOf(record({ calls: name, serial: flag }, ['calls'])),
          }),
        },
        ['decorator'],
      ),
      record({ instance: name }, ['instance']),
      record({ sameAs: name }, ['sameAs']),
      record({ call: definition('call') }, ['call']),
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
  entry: record(
    {
      files: { ...name, description: 'A regular expression that the path of the file must match.' },
      exports: { ...names, description: 'The exports that are called. Default: all.' },
      imports: { ...flag, description: 'The file must import one of the modules.' },
      directive: { ...name, description: 'The file must begin with this directive.' },
      text: { ...name, description: 'Who calls them, for messages.' },
      overlaps: { type: 'array', items: { enum: DIMENSIONS } },
    },
    ['files', 'text'],
  ),
};

/** Refers to {@link libraryDefinitions}. */
export const librarySchema = {
  ...record(
    {
      language: {
        enum: ['typescript', 'python'],
        description: 'Default: typescript, which is JavaScript, too.',
      },
      library: { ...name, description: "The library's name, for messages." },
      modules: {
        type: 'array',
        items: name,
        minItems: 1,
        description: 'The module specifiers it is imported by.',
      },
      documentation: { type: 'string', description: 'Where it is documented.' },
      exports: { ...mapOf(definition('export')), description: 'What each exported name is.' },
      classes: mapOf(definition('class')),
      operators: {
        ...record({
          atomic: names,
          sets: names,
          adds: {
            anyOf: [
              record(
                { place: { enum: ['value', 'columns'] }, add: name, subtract: name, fromNothing: flag },
                ['place', 'add'],
              ),
              record({ place: { const: 'expression' }, column: name, import: name }, ['place', 'column']),
            ],
          },
        }),
        description: 'Names in objects of new values that are no columns.',
      },
      entries: {
        type: 'array',
        items: definition('entry'),
        description: 'Exports that the library calls, since their files lie where it looks for them.',
      },
    },
    ['library', 'modules', 'exports'],
  ),
  description: 'What the calls of a library, or of a wrapper of your own, do.',
};

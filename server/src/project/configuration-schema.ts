import { RULE_IDS } from '../model/diagnostics.js';
import { PROCESS_LOADS } from '../model/deployment.js';
import { DIMENSIONS } from '../model/dimensions.js';
import { libraryDefinitions, librarySchema } from './library-schema.js';

const globs = { type: 'array', items: { type: 'string', minLength: 1 } };

/** The words for a rule's level in `lockkit.json`. */
export const LEVEL_SETTINGS = ['off', 'hint', 'warning', 'error'] as const;

/**
 * The JSON schema of `lockkit.json`. It is shipped as `lockkit.schema.json`, which `npm run docs` writes from
 * this.
 */
export const configurationSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'Lockkit configuration',
  definitions: libraryDefinitions,
  type: 'object',
  additionalProperties: false,
  properties: {
    $schema: { type: 'string', description: 'The schema of this file, for editors.' },
    deployment: {
      type: 'object',
      description:
        'How the code of this directory is run, instead of what Lockkit reads from deployment files: a number for each dimension, ' +
        'true for many, false (or 1) for exactly one.',
      additionalProperties: false,
      properties: {
        ...Object.fromEntries(
          DIMENSIONS.map((dimension) => [dimension, { type: ['integer', 'boolean'], minimum: 1 }]),
        ),
        load: {
          enum: PROCESS_LOADS,
          description:
            'When the code is loaded: once, before the processes are forked off (uWSGI, gunicorn --preload), or by each of them.',
        },
      },
    },
    rules: {
      type: 'object',
      description:
        "A level for a rule's most certain reports; less certain ones keep a lower level. Off: the rule is silent.",
      additionalProperties: false,
      properties: Object.fromEntries(RULE_IDS.map((rule) => [rule, { enum: LEVEL_SETTINGS }])),
    },
    include: {
      ...globs,
      description:
        'Globs, relative to this file, of the files to check. With it only these are checked, and among them also tests and build output.',
    },
    exclude: { ...globs, description: 'Globs, relative to this file, of files not to check.' },
    libraries: {
      type: 'array',
      items: librarySchema,
      description: 'Models of wrappers and libraries of your own.',
    },
  },
} as const;

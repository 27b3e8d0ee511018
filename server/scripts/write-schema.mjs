/** Writes `lockkit.schema.json`, the schema that editors complete `lockkit.json` by, from the compiled code. */
import { writeFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { configurationSchema } from '../dist/project/configuration-schema.js';

const file = new URL('../lockkit.schema.json', import.meta.url);
const style = await resolveConfig(file);
const text = await format(JSON.stringify(configurationSchema), { ...style, parser: 'json' });
writeFileSync(file, text);

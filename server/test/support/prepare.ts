/** What doors wait for before they parse or write, so that tests may do so at once. */
import { prepareFixes } from '../../src/fixes/index.js';
import { prepareFrontends } from '../../src/frontends/index.js';

await prepareFrontends(['a.ts', 'a.py']);
await prepareFixes('a.ts');
await prepareFixes('a.py');

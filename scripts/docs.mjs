// @ts-check
// Writes what is said once in the code and shown in several places: the rules' pages and tables, the settings of the extension,
// the schema of lockkit.json, the options of the command line, the list of known libraries, the runtime's API.
// `npm run docs` writes it; `npm run docs:check` fails when something of it is out of date. Both read the compiled server.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';

import { apiPage } from './api.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMPILED = join(ROOT, 'server/dist/rules/index.js');
if (!existsSync(COMPILED)) {
  console.error(`${COMPILED} is missing: run "npm run build" first.`);
  process.exit(1);
}
const { rules, rulePage } = await import('../server/dist/rules/index.js');
const { RULE_IDS } = await import('../server/dist/model/diagnostics.js');
const { configurationSchema, LEVEL_SETTINGS } =
  await import('../server/dist/project/configuration-schema.js');

/** @param {string} path in the repository */
function read(path) {
  return readFileSync(join(ROOT, path), 'utf8');
}

/**
 * Replaces what is between `<!-- name:begin … -->` and `<!-- name:end -->`.
 *
 * @param {string} text
 * @param {string} name
 * @param {string} content
 */
function fill(text, name, content) {
  const pattern = new RegExp(`(<!-- ${name}:begin[^>]*-->)[^]*?(<!-- ${name}:end -->)`);
  if (!pattern.test(text)) throw new Error(`there are no markers "${name}:begin" and "${name}:end"`);
  return text.replace(pattern, (_, begin, end) => `${begin}\n\n${content}\n\n${end}`);
}

/**
 * A table in Markdown.
 *
 * @param {string[]} head
 * @param {string[][]} rows
 */
function table(head, rows) {
  return [head, head.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

/** @param {string} folder where the pages are, seen from the table's file */
function rulesTable(folder) {
  const rows = rules.map(({ metadata: { id, defaultLevel, summary } }) => [
    `[\`${id}\`](${folder}${id}.md)`,
    defaultLevel,
    summary,
  ]);
  return table(['rule', 'level', 'what it reports'], rows);
}

/** @param {string} command of the command line */
function helpOf(command) {
  const help = execFileSync(process.execPath, [join(ROOT, 'server/dist/cli.js'), command, '--help'], {
    encoding: 'utf8',
    // The width of a terminal must not show in the documentation.
    env: { ...process.env, COLUMNS: '100', NO_COLOR: '1', FORCE_COLOR: undefined },
  });
  return `\`\`\`text\n${help.trimEnd()}\n\`\`\``;
}

function librariesTable() {
  const folder = 'server/src/libraries/models';
  const rows = readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ file, ...JSON.parse(read(`${folder}/${file}`)) }))
    .sort((one, other) => one.library.localeCompare(other.library, 'en'))
    .map(({ file, library, modules }) => {
      const names = modules.map((/** @type {string} */ name) =>
        name === '#global' ? 'global' : `\`${name}\``,
      );
      // Some libraries have an entry for each of many drivers.
      const shown = names.length > 6 ? [...names.slice(0, 5), `${names.length - 5} more`] : names;
      return [library, shown.join(', '), `[${file}](../${folder}/${file})`];
    });
  return table(['library', 'imported as', 'model'], rows);
}

/** The settings `lockkit.rules`; ids without a rule are kept, so that a setting made for a later version is no error. */
function ruleSettings() {
  return Object.fromEntries(
    RULE_IDS.map((id) => {
      const rule = rules.find(({ metadata }) => metadata.id === id);
      const description = rule?.metadata.summary ?? 'Not in this version: nothing is reported.';
      return [id, { enum: LEVEL_SETTINGS, description }];
    }),
  );
}

function manifest() {
  const json = JSON.parse(read('package.json'));
  for (const { properties } of json.contributes.configuration) {
    if (properties['lockkit.rules'] !== undefined) properties['lockkit.rules'].properties = ruleSettings();
  }
  return `${JSON.stringify(json, null, 2)}\n`;
}

/** Every generated file, by its path in the repository. */
async function generate() {
  /** @type {Map<string, string>} */
  const files = new Map();
  for (const { metadata } of rules) {
    const { id, defaultLevel } = metadata;
    const page = rulePage(id)?.text;
    if (page === undefined) throw new Error(`server/src/rules/${id}/page.md is missing`);
    const source = `../../server/src/rules/${id}/page.md`;
    const note = `<!-- Made from ${source.slice('../../'.length)} by npm run docs: edit there. -->`;
    const level = `Level: ${defaultLevel} at most. [All rules](README.md) · [source of this page](${source})`;
    files.set(`docs/rules/${id}.md`, `${note}\n\n${page.trimEnd()}\n\n---\n\n${level}\n`);
  }
  files.set('docs/rules/README.md', fill(read('docs/rules/README.md'), 'rules', rulesTable('')));
  files.set('docs/api.md', await apiPage());
  files.set('docs/libraries.md', fill(read('docs/libraries.md'), 'libraries', librariesTable()));
  let readme = fill(read('README.md'), 'rules', rulesTable('docs/rules/'));
  for (const command of ['check', 'scenario', 'prove'])
    readme = fill(readme, `help-${command}`, helpOf(command));
  files.set('README.md', readme);
  files.set('package.json', manifest());
  files.set('server/lockkit.schema.json', JSON.stringify(configurationSchema));
  return files;
}

/** Pages in docs/rules/ of rules that are gone. */
function leftovers() {
  const pages = new Set(['README.md', ...rules.map(({ metadata }) => `${metadata.id}.md`)]);
  return readdirSync(join(ROOT, 'docs/rules'))
    .filter((file) => !pages.has(file))
    .map((file) => `docs/rules/${file}`);
}

const checking = process.argv.includes('--check');
const stale = [];
for (const [path, raw] of await generate()) {
  const file = join(ROOT, path);
  const text = await format(raw, { ...(await resolveConfig(file)), filepath: file });
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  stale.push(path);
  if (checking) continue;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
for (const path of leftovers()) {
  stale.push(path);
  if (!checking) rmSync(join(ROOT, path));
}
if (stale.length === 0) {
  console.log('The generated documentation is up to date.');
} else if (checking) {
  console.error(
    `Out of date: ${stale.join(', ')}. Run "npm run build", then "npm run docs", and commit what it writes.`,
  );
  process.exit(1);
} else {
  console.log(`Written: ${stale.join(', ')}.`);
}

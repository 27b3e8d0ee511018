// `node eslint.mjs LIST`: ESLint with one rule, `require-atomic-updates`, over the files that the JSON file LIST names: the peer that
// looks for the same kind of bug. Prints how many it has read, how many reports it has, and how many files it could not parse.
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { Linter } from 'eslint';
import { parser } from 'typescript-eslint';

const files = /** @type {string[]} */ (JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));
const linter = new Linter();
const result = { files: 0, reports: 0, failed: 0 };
for (const file of files) {
  const isTypeScript = /\.[mc]?tsx?$/.test(file);
  const text = readFileSync(file, 'utf8');
  /** @type {import('eslint').Linter.Config} */
  const configuration = {
    files: ['**/*'],
    linterOptions: { reportUnusedDisableDirectives: 'off' },
    languageOptions: {
      ecmaVersion: 'latest',
      sourceType: isTypeScript || /^(?:import|export)\b/m.test(text) ? 'module' : 'commonjs',
      ...(isTypeScript && { parser }),
      parserOptions: { ecmaFeatures: { jsx: true } },
    },
    rules: { 'require-atomic-updates': 'error' },
  };
  const messages = linter.verify(text, [configuration], { filename: path.basename(file) });
  result.files++;
  result.reports += messages.filter(({ ruleId }) => ruleId === 'require-atomic-updates').length;
  result.failed += messages.some(({ fatal }) => fatal === true) ? 1 : 0;
}
process.stdout.write(JSON.stringify(result));

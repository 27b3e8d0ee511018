import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { describe, expect, test } from 'vitest';
import { importsOf, violations, type SourceFile } from './boundaries.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

function sources(): SourceFile[] {
  return globSync(['client/src/**/*.ts', 'lockkit/src/**/*.ts', 'server/src/**/*.ts'], {
    cwd: ROOT,
    ignore: ['**/fixtures/**'],
  }).map((file) => ({ file, text: readFileSync(path.join(ROOT, file), 'utf8') }));
}

describe('imports point one way', () => {
  test('in all sources', () => {
    const files = sources();
    for (const room of [
      'client/',
      'lockkit/',
      'server/src/model/',
      'server/src/analysis/',
      'server/src/lsp/',
    ]) {
      expect(files.filter(({ file }) => file.startsWith(room)).length, room).toBeGreaterThan(0);
    }
    expect(violations(files)).toEqual([]);
  });

  test.each([
    [
      'server/src/model/facts.ts',
      "import type { Libraries } from '../libraries/index.js';",
      'model must not know libraries',
    ],
    [
      'server/src/libraries/index.ts',
      "import { analyse } from '../analysis/index.js';",
      'libraries must not know analysis',
    ],
    [
      'server/src/rules/x/rule.ts',
      "import { analyse } from '../../analysis/index.js';",
      'rules must not know analysis',
    ],
    ['server/src/fixes/index.ts', "export * from '../frontends/index.js';", 'fixes must not know frontends'],
    ['server/src/analysis/flow.ts', "import ts from 'typescript';", 'analysis knows no syntax'],
    [
      'server/src/project/project.ts',
      "import { serve } from '../lsp/server.js';",
      'project must not know lsp',
    ],
    ['server/src/cli/check.ts', "import { serve } from '../lsp/server.js';", 'cli must not know lsp'],
    ['server/src/lsp/server.ts', "const run = await import('../cli/check.js');", 'lsp must not know cli'],
    [
      'server/src/fixes/index.ts',
      "import { CombinedLock } from 'lockkit';",
      'only scenario runs the runtime',
    ],
    ['server/src/helpers.ts', "import path from 'node:path';", 'the file is in no room'],
    ['server/src/model/facts.ts', "import { x } from '../helpers.js';", 'it is in no room'],
    ['client/src/a.ts', "import { Project } from '@lockkit/server/project';", 'the extension has no engine'],
    [
      'client/src/a.ts',
      "import type { Cell } from '../../server/src/model/findings.js';",
      'it is outside of client/',
    ],
    [
      'lockkit/src/a.ts',
      "import type { Dimension } from '../../server/src/model/dimensions.js';",
      'it is outside of lockkit/',
    ],
    ['lockkit/src/a.ts', "import { x } from '@lockkit/server/protocol';", 'the runtime stands alone'],
  ])('%s: a planted %s is seen', (file, text, reason) => {
    const specifier = importsOf(text)[0] ?? '';
    expect(violations([{ file, text }])).toEqual([`${file} imports ${specifier}: ${reason}`]);
  });

  test.each([
    ['server/src/lsp/server.ts', "import { Project } from '../project/index.js';"],
    ['server/src/project/project.ts', "import { analyse } from '../analysis/index.js';"],
    ['server/src/frontends/typescript/index.ts', "import ts from 'typescript';"],
    ['server/src/scenario/locks.ts', "import { CombinedLock } from 'lockkit';"],
    ['server/src/cli/main.ts', "await import('../lsp/main.js');"],
    ['client/src/a.ts', "import { STATUS_NOTIFICATION } from '@lockkit/server/protocol';"],
  ])('%s may %s', (file, text) => {
    expect(violations([{ file, text }])).toEqual([]);
  });
});

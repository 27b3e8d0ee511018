// @ts-check
// The page of the runtime's API, from the doc comments in lockkit/src: what the editor shows and what the page says is one text.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';

const RUNTIME = fileURLToPath(new URL('../lockkit', import.meta.url));
const INTRODUCTION = `# The runtime's API

<!-- Made from the doc comments in lockkit/src by npm run docs: edit there. -->

\`import { CombinedLock } from 'lockkit'\`. Which lock for what: [locks.md](locks.md). The lock files: [protocol.md](protocol.md).
`;

/**
 * The page as Markdown.
 *
 * @returns {Promise<string>}
 * @throws Error when something exported has no documentation, or a link in a comment leads nowhere
 */
export async function apiPage() {
  const output = mkdtempSync(join(tmpdir(), 'lockkit-api-'));
  try {
    /** @type {Partial<import('typedoc').TypeDocOptions & import('typedoc-plugin-markdown').PluginOptions>} */
    const options = {
      entryPoints: [join(RUNTIME, 'src/index.ts')],
      tsconfig: join(RUNTIME, 'tsconfig.json'),
      plugin: ['typedoc-plugin-markdown'],
      outputs: [{ name: 'markdown', path: output }],
      readme: 'none',
      disableSources: true,
      disableGit: true,
      excludePrivate: true,
      excludeInternal: true,
      excludeExternals: true,
      outputFileStrategy: 'modules',
      hidePageHeader: true,
      hidePageTitle: true,
      useCodeBlocks: true,
      expandParameters: true,
      parametersFormat: 'table',
      interfacePropertiesFormat: 'table',
      classPropertiesFormat: 'table',
      requiredToBeDocumented: ['Class', 'Interface', 'Function', 'Method', 'TypeAlias', 'Variable'],
      validation: { notExported: true, invalidLink: true, notDocumented: true },
      logLevel: 'Warn',
    };
    const application = await Application.bootstrapWithPlugins(options);
    const project = await application.convert();
    if (project === undefined) throw new Error('TypeDoc cannot read lockkit/src; what it says stands above.');
    application.validate(project);
    if (application.logger.hasErrors() || application.logger.hasWarnings()) {
      throw new Error('The doc comments in lockkit/src lack what is said above.');
    }
    await application.generateOutputs(project);
    return `${INTRODUCTION}\n${readFileSync(join(output, 'README.md'), 'utf8')}`;
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

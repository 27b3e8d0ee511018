import { isDeepStrictEqual } from 'node:util';
import type { Diagnostic as LspDiagnostic } from 'vscode-languageserver/node';
import type { FileReport } from '../project/index.js';
import { lspDiagnostics, type Display } from './diagnostics.js';
import type { Folder } from './folders.js';

/** What the client is shown of a file. */
export interface Shown {
  /** The same as long as `items` are. */
  readonly resultId: string;
  readonly items: readonly LspDiagnostic[];
}

const NOTHING: Shown = { resultId: 'none', items: [] };

/** Turns reports into what the client is shown, and remembers which it was. */
export class Reports {
  readonly #shown = new WeakMap<FileReport, Shown>();
  /** What was last shown of each file: another check that comes to the same is nothing new. */
  readonly #latest = new Map<string, Shown>();
  #count = 0;

  constructor(
    private readonly displayOf: (folder: Folder) => Display,
    private readonly log: (message: string) => void,
  ) {}

  /**
   * Checks a file.
   * @param always check it even if it is a kind of file that is left out (a test)
   */
  async of(folder: Folder, file: string, always: boolean): Promise<Shown> {
    const { project } = folder;
    if (!project.isSource(file) || (!always && !project.isSelected(file))) return NOTHING;
    const report = await project.check(file);
    const known = this.#shown.get(report);
    if (known !== undefined) return known;
    for (const { line, message } of report.problems) {
      // The editor's own language server marks syntax errors.
      if (report.state !== 'checked') this.log(`${file}:${line}: ${message}`);
    }
    const items = lspDiagnostics(report, project.textOf(file) ?? '', this.displayOf(folder));
    const latest = this.#latest.get(file);
    const shown =
      latest !== undefined && isDeepStrictEqual(latest.items, items)
        ? latest
        : { resultId: `${++this.#count}`, items };
    this.#shown.set(report, shown);
    this.#latest.set(file, shown);
    return shown;
  }
}

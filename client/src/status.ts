import { type Disposable, type LanguageStatusItem, LanguageStatusSeverity, languages } from 'vscode';

import { DOCUMENTS } from './documents.js';
import type { ServerState } from './server.js';

/** Lockkit's line in the editor's language status. */
export class StatusItem implements Disposable {
  readonly #item: LanguageStatusItem;

  constructor() {
    this.#item = languages.createLanguageStatusItem('lockkit.status', [...DOCUMENTS]);
    this.#item.name = 'Lockkit';
    this.show({ state: 'starting' });
  }

  show({ state, message = '' }: ServerState): void {
    const item = this.#item;
    const broken = state === 'stopped' || state === 'failed';
    item.text = `Lockkit: ${TEXTS[state]}`;
    item.detail = message;
    item.busy = state === 'starting' || state === 'checking';
    item.severity = broken ? LanguageStatusSeverity.Error : LanguageStatusSeverity.Information;
    item.command = broken
      ? { command: 'lockkit.restartServer', title: 'Restart' }
      : { command: 'lockkit.showLog', title: 'Show Log' };
    item.accessibilityInformation = { label: message === '' ? item.text : `${item.text}. ${message}` };
  }

  dispose(): void {
    this.#item.dispose();
  }
}

const TEXTS: Readonly<Record<ServerState['state'], string>> = {
  starting: 'starting',
  ready: 'ready',
  checking: 'checking',
  failed: 'the check broke off',
  stopped: 'the server is not running',
};

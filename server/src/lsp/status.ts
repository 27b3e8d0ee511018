import type { Connection } from 'vscode-languageserver/node';
import { STATUS_NOTIFICATION, type StatusParams } from './protocol.js';

/** Tells the client how the server is, each time that changes. */
export class Status {
  #last = '';

  constructor(private readonly connection: Connection) {}

  tell(status: StatusParams): void {
    const now = JSON.stringify(status);
    if (now === this.#last) return;
    this.#last = now;
    void this.connection.sendNotification(STATUS_NOTIFICATION, status);
  }
}

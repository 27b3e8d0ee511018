/** The language server's program: `--stdio`, or `--node-ipc` when an editor forks it. */
import { createConnection, ProposedFeatures, type Connection } from 'vscode-languageserver/node';
import { LanguageServer } from './server.js';

let connection: Connection;
try {
  connection = createConnection(ProposedFeatures.all);
} catch {
  process.stderr.write('lockkit: the language server talks over --stdio or --node-ipc; name one\n');
  process.exit(2);
}
new LanguageServer(connection).listen();

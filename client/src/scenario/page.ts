import { randomBytes } from 'node:crypto';

export interface PageParts {
  /** Where VS Code serves the panel's own files from. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
}

/** The panel's document: a frame that its script fills. It may load its own script and style sheet, and nothing else. */
export function pageOf({ cspSource, script, style }: PageParts): string {
  const nonce = randomBytes(16).toString('base64');
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${cspSource}; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="${style}">
    <title>Lockkit: Scenario</title>
  </head>
  <body>
    <header>
      <h1>What each lock loses</h1>
      <p id="experiment"></p>
      <div class="bar">
        <p id="status" role="status"></p>
        <button id="cancel" type="button" hidden>Cancel</button>
        <button id="run" type="button" hidden>Run again</button>
        <button id="copy" type="button" class="secondary" disabled>Copy JSON</button>
      </div>
    </header>
    <main id="results"></main>
    <script nonce="${nonce}" src="${script}"></script>
  </body>
</html>
`;
}

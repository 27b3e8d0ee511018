#!/usr/bin/env node
import { main } from './cli/main.js';

// A reader that has seen enough (`lockkit check | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

// No top-level await: the bundle is CommonJS, which has none.
void main(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
});

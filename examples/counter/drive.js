// Clears the counter, starts 16 runs of 25 at once, and compares the total with what was asked for.
import { get } from 'node:http';

const RUNS = 16;
const UPDATES = 25;
const PATIENCE_MS = 20_000;

/** Each request has a connection of its own, so that all processes get some. */
function ask(path) {
  return new Promise((resolve, reject) => {
    get(`http://127.0.0.1:9001${path}`, { agent: false, timeout: PATIENCE_MS }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text) => (body += text));
      response.on('end', () => resolve(body.trim()));
    })
      .on('timeout', function () {
        this.destroy(new Error(`no answer from ${path} within ${PATIENCE_MS / 1000} s`));
      })
      .on('error', reject);
  });
}

await ask('/clear');
const runs = await Promise.allSettled(Array.from({ length: RUNS }, () => ask('/run')));
const answered = runs.filter((run) => run.status === 'fulfilled');
const processes = new Set(answered.map((run) => run.value));
console.log(`${answered.length} of ${RUNS} runs ended, in ${processes.size} processes`);
for (const run of runs.filter((run) => run.status === 'rejected').slice(0, 1))
  console.log(run.reason.message);
console.log(`expected ${RUNS * UPDATES}, counted ${await ask('/total').catch((error) => error.message)}`);

// Starts a server in four processes that share its port: node start.js counter-none.js
import cluster from 'node:cluster';

const PROCESSES = 4;

const [server] = process.argv.slice(2);
if (server === undefined) {
  console.error('Usage: node start.js <server file>');
  process.exit(2);
}

cluster.setupPrimary({ exec: server });
for (let i = 0; i < PROCESSES; i++) cluster.fork();
cluster.on('exit', (worker, code, signal) => {
  console.error(`process ${worker.process.pid} ended (${signal ?? code})`);
});

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    // A process whose threads all wait in flock(2) does not end for less.
    for (const worker of Object.values(cluster.workers)) worker.process.kill('SIGKILL');
    process.exit();
  });
}

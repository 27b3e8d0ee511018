// A counter over HTTP, kept in a file, under a combined lock.
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

import { CombinedLock } from 'lockkit';

const FILE = 'combined.txt';

async function readTotal() {
  return Number(await readFile(FILE, 'utf8'));
}

async function writeTotal(total) {
  await writeFile(FILE, String(total));
}

async function addOne() {
  const total = await readTotal();
  await sleep(5);
  await writeTotal(total + 1);
}

const lock = new CombinedLock('counter:total');

const server = createServer(async (request, response) => {
  switch (request.url) {
    case '/run':
      for (let i = 0; i < 25; i++) await lock.request(addOne);
      response.end(`${process.pid}\n`);
      break;
    case '/total':
      response.end(`${await lock.request(readTotal)}\n`);
      break;
    case '/clear':
      await lock.request(() => writeTotal(0));
      response.end('clear!\n');
      break;
    default:
      response.writeHead(404).end();
  }
});

server.listen(9001, '127.0.0.1');

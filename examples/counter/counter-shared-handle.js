// A counter over HTTP, kept in a file, under a file lock whose file is opened once.
import { openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { flock } from 'fs-ext';

const FILE = 'shared-handle.txt';

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

const flockAsync = promisify(flock);

class FLock {
  constructor(file) {
    this.fd = openSync(file, 'w');
  }

  async acquire() {
    await flockAsync(this.fd, 'ex');
  }

  async release() {
    await flockAsync(this.fd, 'un');
  }
}

const lock = new FLock('shared-handle.lock');

async function locked(work) {
  await lock.acquire();
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

const server = createServer(async (request, response) => {
  switch (request.url) {
    case '/run':
      for (let i = 0; i < 25; i++) await locked(addOne);
      response.end(`${process.pid}\n`);
      break;
    case '/total':
      response.end(`${await locked(readTotal)}\n`);
      break;
    case '/clear':
      await locked(() => writeTotal(0));
      response.end('clear!\n');
      break;
    default:
      response.writeHead(404).end();
  }
});

server.listen(9001, '127.0.0.1');

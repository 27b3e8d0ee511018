// A counter over HTTP, kept in a file.
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const FILE = 'none.txt';

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

const server = createServer(async (request, response) => {
  switch (request.url) {
    case '/run':
      for (let i = 0; i < 25; i++) await addOne();
      response.end(`${process.pid}\n`);
      break;
    case '/total':
      response.end(`${await readTotal()}\n`);
      break;
    case '/clear':
      await writeTotal(0);
      response.end('clear!\n');
      break;
    default:
      response.writeHead(404).end();
  }
});

server.listen(9001, '127.0.0.1');

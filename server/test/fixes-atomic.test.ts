/** The store adds in one step, where the update is a sum with what was read and nothing else hangs on that. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeFix } from '../src/fixes/index.js';
import { applyEdits } from '../src/project/index.js';
import { check, ROOT } from './support/check.js';

function fixed(name: string, text: string): string | undefined {
  const diagnostics = check(new Map([[name, text]])).filter(({ place }) => place.file === join(ROOT, name));
  expect(diagnostics).not.toEqual([]);
  const request = diagnostics[0]?.fixes.find(({ kind }) => kind === 'update-atomically');
  expect(request, 'what the store can do is known').toBeDefined();
  const fix = request && writeFix(request, text);
  return fix && applyEdits(text, fix.edits);
}

const REDIS = `import Redis from 'ioredis';

const redis = new Redis();

`;
const PRISMA = `import { PrismaClient } from '@prisma/client';

const prisma = new PrismaClient();

`;
const PYTHON = `import redis
from flask import Flask

app = Flask(__name__)
rds = redis.Redis()


@app.route("/add")
`;

const SQLITE = `import sqlite3

from fastapi import FastAPI

app = FastAPI()
connection = sqlite3.connect("bank.db")


@app.post("/deposit/{id}")
`;
const ALCHEMY = `from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

app = FastAPI()


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    balance: Mapped[int]


`;

describe('is written', () => {
  test.each([
    [
      'the sum is used afterwards',
      'a.ts',
      `${REDIS}export async function next(): Promise<number> {
  const last = Number((await redis.get('id')) ?? '0');
  const id = last + 1;
  await redis.set('id', String(id));
  return id;
}
`,
      `${REDIS}export async function next(): Promise<number> {
  const id = await redis.incr('id');
  return id;
}
`,
    ],
    [
      'what was read is used afterwards',
      'a.ts',
      `${REDIS}export async function next() {
  const id = parseInt((await redis.get('id')) ?? '0', 10);
  await redis.set('id', id + 2);
  return id;
}
`,
      `${REDIS}export async function next() {
  const id = (await redis.incrby('id', 2)) - 2;
  return id;
}
`,
    ],
    [
      'the record is only asked whether it is there, the sum has a name',
      'a.ts',
      `${PRISMA}export async function count(email: string) {
  const user = await prisma.user.findUnique({ where: { email } });
  if (!user) return;
  const logins = user.logins + 1;
  await prisma.user.update({ where: { id: user.id }, data: { logins, seen: new Date() } });
}
`,
      `${PRISMA}export async function count(email: string) {
  const user = await prisma.user.findUnique({ where: { email } });
  if (!user) return;
  await prisma.user.update({ where: { id: user.id }, data: { logins: { increment: 1 }, seen: new Date() } });
}
`,
    ],
    [
      'in SQL, where nothing counts as zero',
      'a.ts',
      `import { Pool } from 'pg';

const pool = new Pool();

export async function hit(page: string, by: number) {
  const { rows } = await pool.query('SELECT n FROM hits WHERE page = $1', [page]);
  await pool.query('UPDATE hits SET seen = now(), n = $2 WHERE page = $1', [page, (rows[0]?.n ?? 0) + by]);
}
`,
      `import { Pool } from 'pg';

const pool = new Pool();

export async function hit(page: string, by: number) {
  await pool.query('UPDATE hits SET seen = now(), n = COALESCE(n, 0) + $2 WHERE page = $1', [page, by]);
}
`,
    ],
    [
      'in Python, with the sum used afterwards',
      'app.py',
      `${PYTHON}def add():
    total = int(rds.get("total") or 0) + 1
    rds.set("total", total)
    return str(total)
`,
      `${PYTHON}def add():
    total = rds.incr("total")
    return str(total)
`,
    ],
    [
      'in Python, a field of a hash',
      'app.py',
      `${PYTHON}def add():
    left = rds.hget("stock", "apples")
    rds.hset("stock", "apples", int(left) - 3)
    return "sold"
`,
      `${PYTHON}def add():
    rds.hincrby("stock", "apples", -3)
    return "sold"
`,
    ],
    [
      'by the database, of a record of SQLAlchemy',
      'app.py',
      `${ALCHEMY}@app.post("/deposit/{id}")
async def deposit(id: int, amount: int, session: AsyncSession):
    account = await session.get(Account, id)
    if account is None:
        return "unknown"
    account.balance += amount - 1
    await session.commit()
    return account.id
`,
      `${ALCHEMY}@app.post("/deposit/{id}")
async def deposit(id: int, amount: int, session: AsyncSession):
    account = await session.get(Account, id)
    if account is None:
        return "unknown"
    account.balance = Account.balance + amount - 1
    await session.commit()
    return account.id
`,
    ],
    [
      'in SQL of Python, by names, with a variable for the sum',
      'app.py',
      `${SQLITE}def deposit(id: int, amount: int):
    row = connection.execute("SELECT balance FROM accounts WHERE id = :id", {"id": id}).fetchone()
    if row is None:
        return "unknown"
    balance = (row["balance"] or 0) - amount
    connection.execute("UPDATE accounts SET balance = :new WHERE id = :id", {"new": balance, "id": id})
    return "done"
`,
      `${SQLITE}def deposit(id: int, amount: int):
    row = connection.execute("SELECT balance FROM accounts WHERE id = :id", {"id": id}).fetchone()
    if row is None:
        return "unknown"
    connection.execute("UPDATE accounts SET balance = COALESCE(balance, 0) - :new WHERE id = :id", {"new": amount, "id": id})
    return "done"
`,
    ],
  ])('%s', (_, name, before, after) => {
    expect(fixed(name, before)).toBe(after);
  });
});

describe('is not written', () => {
  test.each([
    [
      'what was read decides whether to write',
      'a.ts',
      `${REDIS}export async function sell() {
  const left = Number(await redis.get('left'));
  if (left === 0) throw new Error('sold out');
  await redis.set('left', left - 1);
}
`,
    ],
    [
      'the column decides whether to write',
      'a.ts',
      `${PRISMA}export async function spend(id: string, amount: number) {
  const user = await prisma.user.findUniqueOrThrow({ where: { id } });
  if (user.balance < amount) throw new Error('not enough');
  await prisma.user.update({ where: { id }, data: { balance: user.balance - amount } });
}
`,
    ],
    [
      'the record is handed on',
      'a.ts',
      `${PRISMA}export async function spend(id: string, check: (user: object) => void) {
  const user = await prisma.user.findUniqueOrThrow({ where: { id } });
  check(user);
  await prisma.user.update({ where: { id }, data: { balance: user.balance - 1 } });
}
`,
    ],
    [
      'the key is to end after a time',
      'a.ts',
      `${REDIS}export async function hit() {
  const n = Number(await redis.get('n'));
  await redis.set('n', n + 1, 'EX', 60);
}
`,
    ],
    [
      'it is a product, or twice what was read',
      'a.ts',
      `${REDIS}export async function grow() {
  const n = Number(await redis.get('n'));
  await redis.set('n', n + n);
}
`,
    ],
    [
      'texts are joined',
      'a.ts',
      `${REDIS}export async function log(line: string) {
  const all = await redis.get('log');
  await redis.set('log', all + line);
}
`,
    ],
    [
      'the column of a record of SQLAlchemy is used afterwards',
      'app.py',
      `${ALCHEMY}@app.post("/deposit/{id}")
async def deposit(id: int, amount: int, session: AsyncSession):
    account = await session.get(Account, id)
    account.balance += amount
    await session.commit()
    return account.balance
`,
    ],
    [
      'the record of SQLAlchemy is handed on',
      'app.py',
      `${ALCHEMY}@app.post("/deposit/{id}")
async def deposit(id: int, amount: int, session: AsyncSession):
    account = await session.get(Account, id)
    account.balance += amount
    await session.commit()
    return account
`,
    ],
    [
      'in SQL of Python, the column decides whether to write',
      'app.py',
      `${SQLITE}def deposit(id: int, amount: int):
    row = connection.execute("SELECT balance FROM accounts WHERE id = :id", {"id": id}).fetchone()
    if row["balance"] < amount:
        return "too little"
    connection.execute("UPDATE accounts SET balance = ? WHERE id = ?", (row["balance"] - amount, id))
    return "done"
`,
    ],
    [
      'in SQL of Python, the amount is computed from what was read',
      'app.py',
      `${SQLITE}def deposit(id: int, amount: int):
    row = connection.execute("SELECT balance FROM accounts WHERE id = :id", {"id": id}).fetchone()
    interest = row["rate"] * amount
    connection.execute("UPDATE accounts SET balance = ? WHERE id = ?", (row["balance"] + interest, id))
    return "done"
`,
    ],
    [
      'in Python, what was read is used besides',
      'app.py',
      `${PYTHON}def add():
    total = int(rds.get("total"))
    rds.set("total", total + 1)
    return str(total)
`,
    ],
  ])('%s', (_, name, text) => {
    expect(fixed(name, text)).toBeUndefined();
  });
});

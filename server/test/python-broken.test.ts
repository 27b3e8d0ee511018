/** What is found in functions whose text is untouched stays, while another one is being written. */
import { expect, test } from 'vitest';
import { check } from './support/check.js';

function view(name: string, line = ''): string {
  return `@app.route("/${name}")
def ${name}():
    total = rds.get("${name}")
${line}    rds.set("${name}", int(total) + 1)
    return "added"


`;
}

const HEAD = `import redis
from flask import Flask

app = Flask(__name__)
rds = redis.Redis()


`;

const LINES = {
  'a parenthesis': '    x = (\n',
  'a call': '    print("a", \n',
  'a list': '    x = [1,\n',
  'a dictionary': '    x = {"a": \n',
  'a text': '    x = "abc\n',
  'a text of several lines': '    x = """abc\n',
  'a text with a value in it': '    x = f"{total\n',
  'an attribute': '    rds.\n',
  'a function': '    def inner(\n',
  'a condition': '    if total\n',
  'a loop': '    for x in\n',
  'a lock': '    with lock\n',
  'a try': '    try:\n',
  'a decorator': '    @\n',
  'a line that is not indented enough': '  x = 1\n',
};

function cellsOf(text: string): string[] {
  return check(new Map([['main.py', text]])).flatMap(({ cell }) => cell ?? []);
}

test.each(Object.entries(LINES))('%s that is not finished', (_, line) => {
  const cells = cellsOf(HEAD + view('one') + view('two', line) + view('three') + view('four'));
  expect(cells).toEqual(expect.arrayContaining(['one', 'three', 'four']));
});

test('parameters that are not finished', () => {
  const broken = view('two').replace('def two():', 'def two(a, :');
  const cells = cellsOf(HEAD + view('one') + broken + view('three') + view('four'));
  expect(cells).toEqual(expect.arrayContaining(['one', 'three', 'four']));
});

import { describe, expect, test } from 'vitest';
import { empty, told } from './deployment-support.js';

describe('scripts of package.json', () => {
  const many = (text: string, count?: number): string[] => [
    `processes many${count === undefined ? '' : ` ${count}`}: the script "start" of package.json ${text}`,
  ];
  const cases: [string, Record<string, string>, string[]][] = [
    ['-i', { start: 'pm2 start app.js -i 4' }, many('runs 4 instances of app.js (pm2) [app.js]', 4)],
    [
      '-i before',
      { start: 'NODE_ENV=production pm2 start -i 2 ./src/app.js' },
      many('runs 2 instances of ./src/app.js (pm2) [src/app.js]', 2),
    ],
    [
      '--instances',
      { start: 'npm run build && npx pm2 start app.js --instances max' },
      many('runs an instance of app.js per CPU (pm2) [app.js]'),
    ],
    [
      '--instances=',
      { start: 'cross-env NODE_ENV=production pm2-runtime app.js --instances=3' },
      many('runs 3 instances of app.js (pm2-runtime) [app.js]', 3),
    ],
    [
      'pm2-runtime start',
      { start: "pm2-runtime start app.js -i '2' -- --port 80" },
      many('runs 2 instances of app.js (pm2-runtime) [app.js]', 2),
    ],
    [
      'one',
      { start: 'pm2 start app.js -i 1' },
      ['processes one 1: the script "start" of package.json runs 1 instance of app.js (pm2) [app.js]'],
    ],
    ['scale', { start: 'pm2 scale api 3' }, many('runs 3 instances of api (pm2 scale)', 3)],
    [
      'a program by its name',
      { start: 'pm2 start npm --name api -i 2 -- run serve' },
      many('runs 2 instances (pm2)', 2),
    ],
    [
      'twice',
      { start: 'concurrently "node w.js" "node ./w.js"' },
      many('runs w.js 2 times at once [w.js]', 2),
    ],
    [
      'twice, on two ports',
      { start: 'concurrently -n a,b "PORT=1 node w.js 1" "PORT=2 node w.js 2"' },
      many('runs w.js 2 times at once [w.js]', 2),
    ],
    [
      'twice, by scripts',
      { start: 'concurrently "npm:w1" "npm run w2"', w1: 'node w.js', w2: 'node w.js' },
      many('runs w.js 2 times at once [w.js]', 2),
    ],
    [
      'twice, by a pattern',
      { start: "concurrently 'npm:w:*'", 'w:1': 'node w.js', 'w:2': 'node w.js' },
      many('runs w.js 2 times at once [w.js]', 2),
    ],
    [
      'twice, by run-p',
      { start: 'run-p w1 w2', w1: 'tsx w.ts', w2: 'tsx w.ts' },
      many('runs w.ts 2 times at once [w.ts]', 2),
    ],
    [
      'twice, in the background',
      { start: 'node w.js & node w.js & wait' },
      many('runs w.js 2 times at once [w.js]', 2),
    ],
    [
      'egg',
      { start: 'egg-scripts start --daemon' },
      many('runs an instance of the application per CPU (egg-scripts)'),
    ],
    [
      'egg with one worker',
      { start: 'egg-scripts start --workers=1' },
      [
        'processes one 1: the script "start" of package.json runs 1 instance of the application (egg-scripts)',
      ],
    ],
  ];
  test.each(cases)('%s', (_name, scripts, expected) => {
    const files = empty('app.js', 'src/app.js', 'w.js', 'w.ts');
    expect(told({ ...files, 'package.json': JSON.stringify({ scripts }) })).toEqual(expected);
  });

  test.each([
    ['node', { start: 'node server.js', dev: 'nodemon server.js' }],
    [
      'pm2 without a number',
      { start: 'pm2 start server.js', stop: 'pm2 stop all', r: 'pm2-runtime ecosystem.config.js' },
    ],
    ['a number for the program', { start: 'pm2 start server.js -- -i 4' }],
    ['words about pm2', { start: 'echo pm2 start server.js -i 4', i: 'npm install -g pm2' }],
    [
      'a test',
      {
        test: 'pm2 start server.js -i 4 && mocha',
        'test:cluster': 'pm2 start a.js -i 4',
        pretest: 'pm2 start a.js -i 2',
      },
    ],
    ['two programs at once', { start: 'concurrently "node a.js" "node b.js"' }],
    ['a program for two things', { start: 'concurrently "node build.js --css" "node build.js --js"' }],
    ['one after the other', { start: 'node w.js && node w.js ; node w.js' }],
    ['commands that are no programs', { start: 'concurrently "vite" "vite"' }],
    ['scripts in a circle', { start: 'concurrently "npm run start" "npm run start"' }],
    ['no scripts', {}],
  ])('silent about %s', (_name, scripts) => {
    expect(told({ 'package.json': JSON.stringify({ scripts }) })).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { pointedAt, read, told } from './deployment-support.js';

describe('PM2 configuration', () => {
  const app = (instances: string): string => `{ script: 'server.js', ${instances} }`;
  const cases: [string, string, string[]][] = [
    [
      'a number',
      app('instances: 4'),
      ['processes many 4: ecosystem.config.cjs runs 4 instances of server.js [server.js]'],
    ],
    [
      'a number as text',
      app("instances: '2'"),
      ['processes many 2: ecosystem.config.cjs runs 2 instances of server.js [server.js]'],
    ],
    [
      'max',
      app("instances: 'max', exec_mode: 'cluster'"),
      ['processes many: ecosystem.config.cjs runs an instance of server.js per CPU [server.js]'],
    ],
    [
      'zero is max',
      app('instances: 0'),
      ['processes many: ecosystem.config.cjs runs an instance of server.js per CPU [server.js]'],
    ],
    [
      'all but one',
      app('instances: -1'),
      ['processes many: ecosystem.config.cjs runs an instance of server.js per CPU [server.js]'],
    ],
    [
      'one',
      app('instances: 1'),
      ['processes one 1: ecosystem.config.cjs runs 1 instance of server.js [server.js]'],
    ],
    ['not said', app("exec_mode: 'cluster'"), []],
    ['of the environment alone', app('instances: process.env.INSTANCES'), []],
    [
      'of the environment, with a default',
      app('instances: process.env.INSTANCES || 4'),
      ['processes many 4: ecosystem.config.cjs runs 4 instances of server.js [server.js]'],
    ],
    [
      'a number of text',
      app("instances: Number(process.env.N ?? '3')"),
      ['processes many 3: ecosystem.config.cjs runs 3 instances of server.js [server.js]'],
    ],
    [
      'by condition',
      app("instances: process.env.NODE_ENV === 'production' ? 'max' : 1"),
      ['processes many: ecosystem.config.cjs runs an instance of server.js per CPU [server.js]'],
    ],
    [
      'processors',
      app("instances: require('os').cpus().length - 1"),
      ['processes many: ecosystem.config.cjs runs an instance of server.js per CPU [server.js]'],
    ],
    [
      'at least two',
      app('instances: Math.max(2, os.availableParallelism())'),
      ['processes many: ecosystem.config.cjs runs an instance of server.js per CPU [server.js]'],
    ],
    [
      'a command that is no file',
      "{ script: 'npm', args: 'start', instances: 2 }",
      ['processes many 2: ecosystem.config.cjs runs 2 instances of npm'],
    ],
    [
      'a program of a package',
      "{ script: './node_modules/.bin/next.js', instances: 2 }",
      ['processes many 2: ecosystem.config.cjs runs 2 instances of ./node_modules/.bin/next.js'],
    ],
    [
      'a folder of its own',
      "{ script: 'main.js', cwd: './api', instances: 2 }",
      ['processes many 2: ecosystem.config.cjs runs 2 instances of api/main.js [api/main.js] in api'],
    ],
    [
      'a folder by __dirname',
      "{ script: 'main.js', cwd: __dirname + '/api', instances: 2 }",
      ['processes many 2: ecosystem.config.cjs runs 2 instances of api/main.js [api/main.js] in api'],
    ],
    [
      'a folder on the server',
      "{ script: 'main.js', cwd: '/srv/app', instances: 2 }",
      ['processes many 2: ecosystem.config.cjs runs 2 instances of main.js [main.js]'],
    ],
    [
      'a Python program',
      "{ script: 'app.py', interpreter: 'python3', instances: 2 }",
      ['processes many 2: ecosystem.config.cjs runs 2 instances of app.py [app.py]'],
    ],
    [
      'a program twice',
      "{ name: 'a', script: 'w.js' }, { name: 'b', script: './w.js', instances: 1 }",
      ['processes many 2: ecosystem.config.cjs runs w.js 2 times [w.js]'],
    ],
    [
      'a program twice, on two ports',
      "{ script: 'w.js', args: '--port 1' }, { script: 'w.js', args: ['--port', '2'] }",
      ['processes many 2: ecosystem.config.cjs runs w.js 2 times [w.js]'],
    ],
    [
      'a program twice, for two things',
      "{ script: 'w.js', args: 'mail' }, { script: 'w.js', args: 'bills' }",
      [],
    ],
    ['two programs', "{ script: 'a.js' }, { script: 'b.js' }", []],
    [
      'two programs, one of them many',
      "{ script: 'a.js', instances: 3 }, { script: 'b.js', instances: 1 }",
      [
        'processes many 3: ecosystem.config.cjs runs 3 instances of a.js [a.js]',
        'processes one 1: ecosystem.config.cjs runs 1 instance of b.js [b.js]',
      ],
    ],
    ['no program', '{ instances: 4 }', []],
  ];
  test.each(cases)('%s', (_name, apps, expected) => {
    expect(told({ 'ecosystem.config.cjs': `module.exports = { apps: [${apps}] };` })).toEqual(expected);
  });

  const four = (name: string): string[] => [
    `processes many 4: ${name} runs 4 instances of server.js [server.js]`,
  ];
  test.each([
    [
      'ecosystem.config.js',
      "const apps = [{ script: 'server.js', instances: 4 }];\nmodule.exports = { apps };",
    ],
    [
      'ecosystem.config.js',
      "const base = { instances: 4 };\nmodule.exports = { apps: [{ ...base, script: 'server.js' }] };",
    ],
    ['ecosystem.config.js', "exports.apps = [{ script: 'server.js', instances: 4 }];"],
    ['ecosystem.config.js', "module.exports.apps = [{ script: 'server.js', instances: 4 }];"],
    [
      'ecosystem.config.js',
      "const N = 4;\nconst config = { apps: { script: `${'server'}.js`, instances: N } };\nmodule.exports = config;",
    ],
    ['ecosystem.config.mjs', "export default { apps: [{ script: 'server.js', instances: 4 }] };"],
    ['ecosystem.config.mjs', "export const apps = [{ script: 'server.js', instances: 4 }];"],
    [
      'ecosystem.config.ts',
      "export default { apps: [{ script: 'server.js', instances: 4 }] } satisfies Config;",
    ],
    ['pm2.config.js', "module.exports = [{ script: 'server.js', instances: 4 }];"],
    ['pm2.config.cjs', "module.exports = { script: 'server.js', instances: 4 };"],
    ['ecosystem.json', '{ "apps": [{ "script": "./server.js", "instances": 4 }] }'],
    ['pm2.json', '// for the server\n{ "apps": [{ "script": "server.js", "instances": 4, }] /* one */ }'],
    ['process.json', '{ "pm2": [{ "script": "server.js", "instances": "4" }] }'],
    ['ecosystem.config.yml', 'apps:\n  - script: server.js\n    instances: 4\n    exec_mode: cluster\n'],
    ['pm2.yaml', 'base: &base\n  instances: 4\napps:\n  - <<: *base\n    script: ./server.js\n'],
    ['process.yml', 'apps: [{ script: server.js, instances: "4" }]'],
  ])('the same in %s', (name, text) => {
    expect(told({ [name]: text })).toEqual(four(name));
  });

  test.each([
    [
      'ecosystem.config.cjs',
      "module.exports = {\n  apps: [{\n    script: 'a.js',\n    instances: 4,\n  }],\n};",
      '4:5-4:17 instances: 4',
    ],
    ['pm2.json', '{"apps":[{"script":"a.js","instances":"max"}]}', '1:27-1:44 "instances":"max"'],
    [
      'ecosystem.config.yml',
      'apps:\r\n  - script: a.js\r\n    instances: 4  # all\r\n',
      '3:5-3:17 instances: 4',
    ],
    [
      'package.json',
      '{\n  "scripts": {\n    "start": "pm2 start a.js -i 2"\n  }\n}',
      '3:14-3:35 "pm2 start a.js -i 2"',
    ],
  ])('points at the words in %s', (name, text, expected) => {
    expect(pointedAt({ [name]: text })).toEqual([expected]);
  });

  test('a configuration in a folder without a package speaks of the package around it', () => {
    const text = "module.exports = { apps: [{ script: '../server.js', instances: 2 }] };";
    expect(told({ 'deploy/ecosystem.config.js': text })).toEqual([
      'processes many 2: deploy/ecosystem.config.js runs 2 instances of server.js [server.js]',
    ]);
  });

  test('a program in a package below speaks of that package', () => {
    const text = "module.exports = { apps: [{ script: 'packages/api/main.js', instances: 2 }] };";
    expect(told({ 'packages/api/package.json': '{}', 'ecosystem.config.js': text })).toEqual([
      'processes many 2: ecosystem.config.js runs 2 instances of packages/api/main.js [packages/api/main.js] in packages/api',
    ]);
  });

  test.each([
    [
      'in a test folder',
      { 'test/ecosystem.config.js': "module.exports = { apps: [{ script: 'a.js', instances: 4 }] };" },
    ],
    [
      'of a package that is used',
      {
        'node_modules/x/ecosystem.config.js':
          "module.exports = { apps: [{ script: 'a.js', instances: 4 }] };",
      },
    ],
    [
      'of another kind',
      {
        'process.json': '{ "steps": [1, 2, 3] }',
        'pm2.js': 'console.log(4)',
        'ecosystem.md': '# instances: 4',
      },
    ],
    ['empty', { 'pm2.json': '', 'ecosystem.config.js': '', 'process.yml': '' }],
    [
      'in a circle',
      {
        'ecosystem.config.js':
          'const a = b; const b = a; module.exports = { apps: [{ script: "a.js", instances: a }] };',
      },
    ],
  ])('silent about files %s', (_name, files) => {
    expect(told(files)).toEqual([]);
  });
});

describe('files that cannot be read whole', () => {
  test.each([
    ['package.json', '{\n  "scripts": {\n    "start": "pm2 start a.js -i 4"\n', 3],
    ['ecosystem.config.js', "module.exports = {\n  apps: [{ script: 'a.js', instances: 4 }\n};", 1],
    ['pm2.json', '{ "apps": [ { "script": "a.js", "instances": 4 ', 1],
    ['process.yml', 'apps:\n  - script: a.js\n    instances: 4\n  bad: [\n', 1],
  ])('%s: a problem with a line, and what could be read', (name, text, least) => {
    const { problems, evidence } = read({ [name]: text });
    expect(problems).toHaveLength(1);
    expect(problems[0]?.file).toBe(`/p/${name}`);
    expect(problems[0]?.line).toBeGreaterThanOrEqual(least);
    expect(problems[0]?.message).toMatch(
      /^(is not valid JSON|cannot be read whole as a PM2 configuration): .*; correct the file/,
    );
    expect(evidence.every(({ says }) => says === 'many')).toBe(true);
  });

  test('no problem in what is whole', () => {
    expect(read({ 'pm2.json': '{}', 'ecosystem.config.js': 'module.exports = {}' }).problems).toEqual([]);
  });
});

import { describe, expect, test } from 'vitest';
import { empty, pointedAt, told } from './deployment-support.js';

const lambda = (name: string, program: string): string[] => [
  `hosts many: ${name} runs the function create in as many instances as it has requests [${program}]`,
  `tasks one 1: ${name} runs the function create on AWS Lambda, one request at a time in an instance [${program}]`,
];

describe('Serverless Framework', () => {
  const code = empty('src/orders.ts', 'handlers/orders.py');
  test.each([
    [
      'serverless.yml',
      'provider: { name: aws }\nfunctions:\n  create:\n    handler: src/orders.create\n',
      'src/orders.ts',
    ],
    [
      'serverless.yml',
      'functions:\n  create: { handler: handlers.orders.create, runtime: python3.13 }\n',
      'handlers/orders.py',
    ],
    ['serverless.json', '{ "functions": { "create": { "handler": "src/orders.create" } } }', 'src/orders.ts'],
    [
      'serverless.ts',
      "const config = { functions: { create: { handler: 'src/orders.create' } } };\nmodule.exports = config;",
      'src/orders.ts',
    ],
    ['serverless.yml', 'functions:\n  - create:\n      handler: src/orders.create\n', 'src/orders.ts'],
  ])('%s %#', (name, text, program) => {
    expect(told({ ...code, [name]: text })).toEqual(lambda(name, program));
  });

  test('one instance, and another cloud', () => {
    const text =
      'provider: { name: google }\nfunctions:\n  create:\n    handler: src/orders.create\n    reservedConcurrency: 1\n';
    expect(told({ ...code, 'serverless.yml': text })).toEqual([
      'hosts one 1: serverless.yml runs one instance of the function create [src/orders.ts]',
    ]);
    expect(pointedAt({ 'src/orders.ts': '', 'serverless.yml': text })).toEqual([
      '5:5-5:27 reservedConcurrency: 1',
    ]);
  });

  test.each([
    ['functions that are not here', 'functions:\n  create: { handler: lib/other.create }\n'],
    ['images', 'functions:\n  create: { image: acme/x }\n'],
    ['no functions', 'service: shop\n'],
  ])('silent about %s', (_name, text) => {
    expect(told({ ...code, 'serverless.yml': text })).toEqual([]);
  });
});

describe('SAM', () => {
  const template = (properties: string, globals = ''): string => `Transform: AWS::Serverless-2016-10-31
${globals}
Resources:
  Table: { Type: AWS::DynamoDB::Table }
  create:
    Type: AWS::Serverless::Function
    Properties:
      Role: !GetAtt Role.Arn
${properties.replace(/^/gm, '      ')}
`;
  test.each([
    ['its own directory', template('CodeUri: orders/\nHandler: app.create')],
    ['the directory of all', template('Handler: app.create', 'Globals: { Function: { CodeUri: orders } }')],
  ])('%s', (_name, text) => {
    expect(told({ 'orders/app.py': '', 'template.yaml': text })).toEqual(
      lambda('template.yaml', 'orders/app.py'),
    );
  });

  test('one instance', () => {
    const text = template('CodeUri: orders/\nHandler: app.create\nReservedConcurrentExecutions: 1');
    expect(told({ 'orders/app.js': '', 'template.yaml': text })[0]).toBe(
      'hosts one 1: template.yaml runs one instance of the function create [orders/app.js]',
    );
  });

  test('silent about other templates', () => {
    expect(told({ 'template.yaml': 'Resources:\n  A: { Type: AWS::S3::Bucket }\n' })).toEqual([]);
  });
});

describe('folders of functions', () => {
  const vercel =
    'hosts many: vercel.json runs each function in as many instances as it has requests (Vercel)';
  test.each([
    ['the usual folder', { 'vercel.json': '{}', ...empty('api/total.ts') }, [`${vercel} [api]`]],
    [
      'functions by a glob',
      { 'vercel.json': '{ "functions": { "src/api/*.ts": {} } }', ...empty('src/api/a.ts') },
      [`${vercel} [src/api]`],
    ],
    [
      'a build',
      { 'vercel.json': '{ "builds": [{ "src": "index.js", "use": "@vercel/node" }] }', ...empty('index.js') },
      [`${vercel} [index.js]`],
    ],
    [
      'a build of a page',
      { 'vercel.json': '{ "builds": [{ "src": "index.html", "use": "@vercel/static" }] }' },
      [],
    ],
    ['no functions', { 'vercel.json': '{}', ...empty('src/page.ts') }, []],
    ['no folder', { 'vercel.json': '[', ...empty('src/page.ts') }, []],
  ])('Vercel: %s', (_name, files, expected) => {
    expect(told(files)).toEqual(expected);
  });

  const netlify =
    'hosts many: netlify.toml runs each function in as many instances as it has requests (Netlify)';
  test.each([
    [
      'the usual folder',
      { 'netlify.toml': '[build]\n', ...empty('netlify/functions/a.js') },
      [`${netlify} [netlify/functions]`],
    ],
    [
      'another folder',
      { 'netlify.toml': '[functions]\n  directory = "fn/"\n', ...empty('fn/a.js') },
      [`${netlify} [fn]`],
    ],
    ['no functions', { 'netlify.toml': '[build]\npublish = "dist"\n' }, []],
  ])('Netlify: %s', (_name, files, expected) => {
    expect(told(files)).toEqual(expected);
  });

  test('Firebase', () => {
    expect(
      told({
        'firebase.json': '{ "functions": { "source": "fn" } }',
        'fn/package.json': '{}',
        ...empty('fn/index.ts'),
      }),
    ).toEqual([
      'hosts many: firebase.json runs its functions in as many instances as they have requests (Firebase) in fn',
    ]);
  });
});

describe('platforms that run programs', () => {
  test('Heroku: dynos in app.json, of the command in the Procfile', () => {
    const app = '{ "formation": { "web": { "quantity": 2 }, "clock": { "quantity": 1 } } }';
    expect(
      told({
        ...empty('server.js', 'clock.js'),
        'app.json': app,
        Procfile: 'web: node server.js\nclock: node clock.js\n',
      }),
    ).toEqual([
      'hosts many 2: app.json runs 2 dynos of web [server.js]',
      'hosts one 1: app.json runs 1 dyno of clock [clock.js]',
    ]);
  });

  test('Render', () => {
    const text =
      'services:\n  - type: web\n    startCommand: gunicorn -w 2 -k gevent app:app\n    numInstances: 3\n';
    expect(told({ 'app.py': '', 'render.yaml': text })).toEqual([
      'processes many 2: render.yaml runs 2 worker processes of app:app (gunicorn) [app.py]',
      'hosts many 3: render.yaml runs up to 3 instances [app.py]',
    ]);
  });

  test('App Engine', () => {
    const text =
      'runtime: python313\nentrypoint: gunicorn -w 2 -k gevent app:app\nautomatic_scaling:\n  max_instances: 1\n';
    expect(told({ 'app.py': '', 'app.yaml': text })).toEqual([
      'processes many 2: app.yaml runs 2 worker processes of app:app (gunicorn) [app.py]',
      'hosts one 1: app.yaml runs up to 1 instance [app.py]',
    ]);
  });
});

import { describe, expect, test } from 'vitest';
import { empty, pointedAt, told } from './deployment-support.js';

/** A monorepo of two services. */
const project = {
  ...empty('services/api/src/server.ts', 'services/mail/src/main.ts'),
  'package.json': '{ "workspaces": ["services/*"] }',
  'services/api/package.json': '{}',
  'services/api/Dockerfile': 'FROM node:22\nCMD ["node", "dist/server.js"]\n',
  'services/mail/package.json': '{}',
};

const deployment = (
  spec: string,
  image = 'registry.example.com/shop-api:1.0',
  kind = 'Deployment',
): string => `apiVersion: apps/v1
kind: ${kind}
metadata:
  name: api
spec:
${spec.replace(/^/gm, '  ')}
  selector: { matchLabels: { app: api } }
  template:
    spec:
      containers:
        - name: app
          image: ${image}
`;

const API = '[services/api/src/server.ts] in services/api';

describe('Kubernetes', () => {
  const cases: [string, string, string[]][] = [
    ['replicas', deployment('replicas: 3'), [`hosts many 3: k8s/api.yaml runs 3 replicas of api ${API}`]],
    [
      'one',
      deployment('replicas: 1\nstrategy: { type: Recreate }'),
      [`hosts one 1: k8s/api.yaml runs 1 replica of api ${API}`],
    ],
    [
      'a StatefulSet',
      deployment('replicas: 2', 'shop-api', 'StatefulSet'),
      [`hosts many 2: k8s/api.yaml runs 2 replicas of api ${API}`],
    ],
    ['nothing said', deployment('revisionHistoryLimit: 3'), []],
    [
      'an autoscaler',
      `${deployment('minReadySeconds: 1')}---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: api-hpa }
spec:
  scaleTargetRef: { kind: Deployment, name: api }
  minReplicas: 1
  maxReplicas: 5
`,
      [`hosts many 5: k8s/api.yaml scales up to 5 replicas of api ${API}`],
    ],
    [
      'an autoscaler of KEDA, for what is in no file',
      'apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: { name: x }\nspec:\n  scaleTargetRef: { name: api }\n  maxReplicaCount: 4\n',
      [`hosts many 4: k8s/api.yaml scales up to 4 replicas of api ${API}`],
    ],
    [
      'Kustomize',
      'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nreplicas:\n  - name: api\n    count: 6\n',
      [`hosts many 6: k8s/api.yaml runs 6 replicas of api ${API}`],
    ],
    [
      'Knative',
      'apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: { name: api }\nspec:\n  template:\n    metadata: { annotations: { autoscaling.knative.dev/maxScale: "9" } }\n    spec: { containers: [{ image: shop/api }] }\n',
      [`hosts many 9: k8s/api.yaml scales up to 9 replicas of api ${API}`],
    ],
    [
      'a command of its own',
      `${deployment('replicas: 2')}          command: [pm2-runtime]\n          args: [dist/server.js, -i, "4"]\n`,
      [
        `hosts many 2: k8s/api.yaml runs 2 replicas of api ${API}`,
        `processes many 4: k8s/api.yaml runs 4 instances of dist/server.js (pm2-runtime) ${API}`,
      ],
    ],
    [
      'a container beside it',
      `${deployment('replicas: 2', 'envoyproxy/envoy:v1')}        - name: server\n          image: acme/api\n`,
      [`hosts many 2: k8s/api.yaml runs 2 replicas of api ${API}`],
    ],
    ['a database', deployment('replicas: 3', 'bitnami/redis:8').replaceAll('api', 'redis'), []],
    [
      'somebody else’s image',
      deployment('replicas: 3', 'acme/metabase').replaceAll('name: api', 'name: metabase'),
      [],
    ],
    [
      'a Service',
      'apiVersion: v1\nkind: Service\nmetadata: { name: api }\nspec: { ports: [{ port: 80 }] }\n',
      [],
    ],
    ['other YAML', 'name: api\nreplicas: 3\n', []],
  ];
  test.each(cases)('%s', (_name, text, expected) => {
    expect(told({ ...project, 'k8s/api.yaml': text })).toEqual(expected);
  });

  test('a service without a Dockerfile is known by the name of its package', () => {
    const text = deployment('replicas: 2', 'acme/mail').replaceAll('name: api', 'name: mail');
    expect(told({ ...project, 'k8s/mail.yaml': text })).toEqual([
      'hosts many 2: k8s/mail.yaml runs 2 replicas of mail in services/mail',
    ]);
  });

  test('in a project of one package, an image of any name is that package', () => {
    const text = deployment('replicas: 2', 'acme/backend:7');
    expect(told({ 'server.ts': '', 'deploy/backend.yml': text })).toEqual([
      'hosts many 2: deploy/backend.yml runs 2 replicas of api',
    ]);
  });

  test('of two images that are called like nothing here, none is taken for it', () => {
    const files = {
      'server.ts': '',
      'deploy/a.yml': deployment('replicas: 2', 'acme/backend:7'),
      'deploy/b.yml': deployment('replicas: 2', 'acme/reports').replaceAll('name: api', 'name: reports'),
    };
    expect(told(files)).toEqual([]);
  });

  test('a manifest in a package speaks of that package', () => {
    expect(
      told({
        ...project,
        'services/mail/k8s.yaml': deployment('replicas: 2', 'acme/x').replaceAll('name: api', 'name: x'),
      }),
    ).toEqual(['hosts many 2: services/mail/k8s.yaml runs 2 replicas of x in services/mail']);
  });

  test('points at the number', () => {
    expect(pointedAt({ 'server.ts': '', 'k.yaml': deployment('replicas: 3') })).toEqual([
      '6:3-6:14 replicas: 3',
    ]);
  });
});

describe('Helm', () => {
  const chart = { 'chart/Chart.yaml': 'apiVersion: v2\nname: api\ndependencies:\n  - name: cache\n' };
  const cases: [string, string, string[]][] = [
    ['replicaCount', 'replicaCount: 3\n', [`hosts many 3: chart/values.yaml runs 3 replicas of api ${API}`]],
    [
      'one',
      'replicaCount: 1\nautoscaling: { enabled: false, maxReplicas: 9 }\n',
      [`hosts one 1: chart/values.yaml runs 1 replica of api ${API}`],
    ],
    [
      'autoscaling',
      'replicaCount: 1\nautoscaling:\n  enabled: true\n  maxReplicas: 9\n',
      [`hosts many 9: chart/values.yaml scales up to 9 replicas of api ${API}`],
    ],
    [
      'a part',
      'mail:\n  replicas: 2\n  image: { repository: acme/mail }\n',
      ['hosts many 2: chart/values.yaml runs 2 replicas of mail in services/mail'],
    ],
    ['a chart that it depends on', 'cache:\n  replicaCount: 3\n', []],
    ['a database', 'redis:\n  image: { repository: redis }\n  replicaCount: 3\n', []],
    ['nothing', 'service: { port: 80 }\n', []],
  ];
  test.each(cases)('%s', (_name, values, expected) => {
    expect(told({ ...project, ...chart, 'chart/values.yaml': values })).toEqual(expected);
  });

  test('values of a certain environment', () => {
    expect(told({ ...project, ...chart, 'chart/values-prod.yaml': 'replicaCount: 4\n' })).toEqual([
      `hosts many 4: chart/values-prod.yaml runs 4 replicas of api ${API}`,
    ]);
  });

  test('values without a chart are for a chart of somebody else', () => {
    expect(told({ ...project, 'redis/values.yaml': 'replicaCount: 4\n' })).toEqual([]);
  });

  test('a template that says the number itself', () => {
    const template = `{{- if .Values.enabled }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "shop.fullname" . }}
  labels:
    {{- include "shop.labels" . | nindent 4 }}
spec:
  replicas: 4
  template:
    spec:
      containers:
        - name: api
          image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"
{{- end }}
`;
    expect(told({ ...project, ...chart, 'chart/templates/api.yaml': template })).toEqual([
      `hosts many 4: chart/templates/api.yaml runs 4 replicas of api ${API}`,
    ]);
    expect(
      told({
        ...project,
        ...chart,
        'chart/templates/api.yaml': template.replace(': 4', ': {{ .Values.n }}'),
      }),
    ).toEqual([]);
  });
});

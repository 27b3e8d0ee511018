/** Kubernetes manifests: replicas of pods, each of which is a host of its own. https://kubernetes.io/docs/reference/kubernetes-api/ */
import type { DeploymentEvidence } from '../../model/deployment.js';
import { amount, claim, evidenceOf, REPLICA, type Start } from '../claims.js';
import type { ContainerCode, Containers } from '../containers.js';
import { entryOf, textOf, type DataEntry, type DataValue } from '../data/data.js';
import { parseYamlDocuments } from '../data/yaml-data.js';
import { countOf, type Instances } from '../instances.js';
import type { Layout } from '../layout.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';

const WORKLOADS = [
  'Deployment',
  'StatefulSet',
  'ReplicaSet',
  'ReplicationController',
  'Rollout',
  'DeploymentConfig',
];
const KINDS = [
  ...WORKLOADS,
  'DaemonSet',
  'HorizontalPodAutoscaler',
  'ScaledObject',
  'Kustomization',
  'Service',
];

/** Whether a text is of Kubernetes, whatever the file is called. */
export function isKubernetes({ text }: DeploymentSource): boolean {
  return /^apiVersion:/m.test(text) && new RegExp(`^kind:\\s*["']?(${KINDS.join('|')})\\b`, 'm').test(text);
}

interface Workload {
  readonly name: string;
  readonly code: ContainerCode | undefined;
  readonly starts: readonly Start[];
}

/** @param others the manifests of the project, among which what an autoscaler scales is looked for */
export function readKubernetes(
  source: DeploymentSource,
  layout: Layout,
  containers: Containers,
  others: readonly DeploymentSource[],
): Reading {
  if (layout.isTest(source.file)) return NOTHING_READ;
  const evidence = documentsOf(source).flatMap((document): DeploymentEvidence[] => {
    const kind = textOf(entryOf(document, 'kind')?.value) ?? '';
    const spec = entryOf(document, 'spec')?.value;
    const say = (
      workload: Workload | undefined,
      entry: DataEntry | undefined,
      text?: string,
    ): DeploymentEvidence[] => {
      const instances = entry === undefined ? undefined : countOf(entry.value);
      if (workload?.code === undefined || entry === undefined || instances === undefined) return [];
      return replicas(workload, instances, { source, entry, layout, ...(text !== undefined && { text }) });
    };
    if (WORKLOADS.includes(kind)) {
      const workload = readWorkload(document, source, containers);
      return [...say(workload, entryOf(spec, 'replicas')), ...ofCommand(workload, document, source, layout)];
    }
    switch (kind) {
      case 'DaemonSet':
        return ofCommand(readWorkload(document, source, containers), document, source, layout);
      case 'HorizontalPodAutoscaler':
      case 'ScaledObject': {
        const target = textOf(entryOf(entryOf(spec, 'scaleTargetRef')?.value, 'name')?.value);
        const maximum = entryOf(spec, kind === 'ScaledObject' ? 'maxReplicaCount' : 'maxReplicas');
        const workload = workloadNamed(target, [source, ...others], containers);
        return say(workload, maximum, 'scales up to');
      }
      case 'Kustomization': {
        const list = entryOf(document, 'replicas')?.value;
        return (list?.kind === 'list' ? list.items : []).flatMap((item) =>
          say(
            workloadNamed(textOf(entryOf(item, 'name')?.value), [source, ...others], containers),
            entryOf(item, 'count'),
          ),
        );
      }
      // Knative and Cloud Run: an annotation on the pods' template.
      case 'Service': {
        const template = entryOf(spec, 'template')?.value;
        const annotations = entryOf(entryOf(template, 'metadata')?.value, 'annotations')?.value;
        const maximum = entryOf(annotations, 'autoscaling.knative.dev/maxScale');
        return template === undefined
          ? []
          : say(readWorkload(document, source, containers), maximum, 'scales up to');
      }
      default:
        return [];
    }
  });
  return { evidence, problems: [] };
}

/** The documents of a text. What a template of Helm puts in is blanked out, so that the rest keeps its place. */
function documentsOf({ text }: DeploymentSource): DataValue[] {
  return parseYamlDocuments(withoutTemplates(text)).flatMap(({ data }) => data ?? []);
}

function withoutTemplates(text: string): string {
  if (!text.includes('{{')) return text;
  return text
    .replace(
      /^[ \t]*\{\{-?\s*(?:if|else|end|with|range|define|include|template|toYaml|\/\*)[^\n]*$/gm,
      (line) => ' '.repeat(line.length),
    )
    .replace(/\{\{[\s\S]*?\}\}/g, (expression) => expression.replace(/[^\n]/g, 'x'));
}

function readWorkload(document: DataValue, { file }: DeploymentSource, containers: Containers): Workload {
  const name = textOf(entryOf(entryOf(document, 'metadata')?.value, 'name')?.value) ?? '';
  const pod = entryOf(entryOf(entryOf(document, 'spec')?.value, 'template')?.value, 'spec')?.value;
  const list = entryOf(pod, 'containers')?.value;
  const all = list?.kind === 'list' ? list.items : [];
  let guess: Workload | undefined;
  for (const container of all) {
    const image = textOf(entryOf(container, 'image')?.value);
    const called = textOf(entryOf(container, 'name')?.value);
    const known = containers.named(called === 'app' ? name : called, image) ?? containers.named(name, image);
    const code = known ?? containers.unnamed(image, file);
    if (code === undefined) continue;
    const command = wordsOf(entryOf(container, 'command')?.value);
    const args = wordsOf(entryOf(container, 'args')?.value);
    const starts = containers.starts(code, {
      ...(command !== undefined && { entrypoint: [...command, ...(args ?? [])] }),
      ...(command === undefined && args !== undefined && { command: args }),
      environment: environmentOf(entryOf(container, 'env')?.value),
    });
    const workload = { name: name.includes('xxx') ? (called ?? name) : name, code, starts };
    if (known !== undefined) return workload;
    guess ??= workload;
  }
  return guess ?? { name, code: undefined, starts: [] };
}

function workloadNamed(
  name: string | undefined,
  sources: readonly DeploymentSource[],
  containers: Containers,
): Workload | undefined {
  if (name === undefined) return undefined;
  for (const source of sources) {
    if (!source.text.includes(name)) continue;
    for (const document of documentsOf(source)) {
      if (!WORKLOADS.includes(textOf(entryOf(document, 'kind')?.value) ?? '')) continue;
      const workload = readWorkload(document, source, containers);
      if (workload.name === name) return workload;
    }
  }
  // What it scales is not in a file; its own name may be that of some code.
  const code = containers.named(name, undefined);
  return code === undefined ? undefined : { name, code, starts: containers.starts(code) };
}

interface Saying {
  readonly source: DeploymentSource;
  readonly entry: DataEntry;
  readonly layout: Layout;
  /** Instead of `runs`. */
  readonly text?: string;
}

/** The evidence that replicas of a workload are. */
export function replicas(
  { name, code, starts }: Workload,
  instances: Instances,
  { source, entry, layout, text }: Saying,
): DeploymentEvidence[] {
  if (code === undefined) return [];
  const programs = [...new Set(starts.flatMap(({ program }) => program ?? []))];
  const said = `${text ?? 'runs'} ${amount(instances, REPLICA, name === '' || name.includes('xxx') ? undefined : name)}`;
  const value = { ...entry.value, range: entry.range };
  const claims = [claim('hosts', instances, said, { value })];
  return (programs.length === 0 ? [undefined] : programs).flatMap((program) =>
    evidenceOf(
      { claims, ...(program !== undefined && { program }) },
      { source, range: entry.range, root: code.root },
      layout,
    ),
  );
}

/** What the command of a workload's own containers starts. */
function ofCommand(
  { code, starts }: Workload,
  document: DataValue,
  source: DeploymentSource,
  layout: Layout,
): DeploymentEvidence[] {
  const pod = entryOf(entryOf(entryOf(document, 'spec')?.value, 'template')?.value, 'spec')?.value;
  const list = entryOf(pod, 'containers')?.value;
  const command = (list?.kind === 'list' ? list.items : [])
    .map((container) => entryOf(container, 'command') ?? entryOf(container, 'args'))
    .find((entry) => entry !== undefined);
  if (code === undefined || command === undefined) return [];
  return starts.flatMap((start) =>
    evidenceOf(start, { source, range: command.range, root: code.root }, layout),
  );
}

function wordsOf(value: DataValue | undefined): readonly string[] | undefined {
  return value?.kind === 'list' ? value.items.map((item) => textOf(item) ?? '') : undefined;
}

function environmentOf(value: DataValue | undefined): ReadonlyMap<string, string> {
  const environment = new Map<string, string>();
  for (const item of value?.kind === 'list' ? value.items : []) {
    const name = textOf(entryOf(item, 'name')?.value);
    const said = entryOf(item, 'value')?.value;
    if (name !== undefined && said?.kind === 'scalar') environment.set(name, String(said.value));
  }
  return environment;
}

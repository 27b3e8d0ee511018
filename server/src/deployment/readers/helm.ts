/** The values of a Helm chart: `replicaCount`, `replicas` and `autoscaling`, for the chart or for a part of it. */
import path from 'node:path';
import type { DeploymentEvidence } from '../../model/deployment.js';
import type { Containers } from '../containers.js';
import { entryOf, textOf, type DataEntry, type DataValue } from '../data/data.js';
import { parseYaml } from '../data/yaml-data.js';
import { countOf } from '../instances.js';
import type { Layout } from '../layout.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';
import { replicas } from './kubernetes.js';

export const HELM_VALUES = /^values([._-].*)?\.ya?ml$/;

/** How deep the parts of a chart may lie in its values. */
const MAXIMUM_DEPTH = 2;

export function readHelmValues(source: DeploymentSource, layout: Layout, containers: Containers): Reading {
  const { file, text } = source;
  const directory = path.dirname(file);
  // Values without a chart beside them are for somebody else's chart.
  const chart = layout.textOf(path.join(directory, 'Chart.yaml'));
  if (chart === undefined || layout.isTest(file)) return NOTHING_READ;
  const about = parseYaml(chart).data;
  const name = textOf(entryOf(about, 'name')?.value) ?? path.basename(directory);
  const foreign = new Set(dependenciesOf(about));
  const evidence: DeploymentEvidence[] = [];
  const visit = (values: DataValue | undefined, part: string, depth: number): void => {
    if (values?.kind !== 'record') return;
    evidence.push(...ofPart(values, part, source, layout, containers));
    if (depth >= MAXIMUM_DEPTH) return;
    for (const [key, { value }] of values.entries)
      if (!foreign.has(key) && key !== 'autoscaling') visit(value, key, depth + 1);
  };
  visit(parseYaml(text).data, name, 0);
  return { evidence, problems: [] };
}

function dependenciesOf(chart: DataValue | undefined): string[] {
  const list = entryOf(chart, 'dependencies')?.value;
  return (list?.kind === 'list' ? list.items : []).flatMap((item) => [
    textOf(entryOf(item, 'alias')?.value) ?? textOf(entryOf(item, 'name')?.value) ?? '',
  ]);
}

function ofPart(
  values: DataValue,
  part: string,
  source: DeploymentSource,
  layout: Layout,
  containers: Containers,
): DeploymentEvidence[] {
  const autoscaling = entryOf(values, 'autoscaling')?.value;
  const enabled = entryOf(autoscaling, 'enabled')?.value;
  const scaled = enabled?.kind === 'scalar' && enabled.value === true;
  const fixed = entryOf(values, 'replicaCount') ?? entryOf(values, 'replicas');
  const maximum = scaled ? entryOf(autoscaling, 'maxReplicas') : undefined;
  if (fixed === undefined && maximum === undefined) return [];
  const image = imageOf(entryOf(values, 'image')?.value);
  const code = containers.named(part, image) ?? containers.unnamed(image, source.file);
  if (code === undefined) return [];
  const workload = { name: part, code, starts: containers.starts(code) };
  const say = (entry: DataEntry | undefined, text?: string): DeploymentEvidence[] => {
    const instances = entry === undefined ? undefined : countOf(entry.value);
    if (entry === undefined || instances === undefined) return [];
    return replicas(workload, instances, { source, entry, layout, ...(text !== undefined && { text }) });
  };
  // With autoscaling, the chart leaves the fixed number out.
  return maximum === undefined ? say(fixed) : say(maximum, 'scales up to');
}

function imageOf(value: DataValue | undefined): string | undefined {
  return (
    textOf(value) ?? textOf(entryOf(value, 'repository')?.value) ?? textOf(entryOf(value, 'name')?.value)
  );
}

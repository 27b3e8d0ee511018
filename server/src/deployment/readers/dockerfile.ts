/** What the containers of an image run: `CMD` and `ENTRYPOINT` of a Dockerfile's last stage. */
import path from 'node:path';
import { evidenceOf } from '../claims.js';
import { rangeOf, type Containers } from '../containers.js';
import type { Layout } from '../layout.js';
import { NOTHING_READ, type DeploymentSource, type Reading } from '../source.js';

export function readDockerfile(source: DeploymentSource, layout: Layout, containers: Containers): Reading {
  const image = containers.imageOf(source);
  if (image === undefined || layout.isTest(source.file)) return NOTHING_READ;
  const root = layout.rootOf(source.file);
  const directory = path.dirname(source.file);
  const starts = containers.starts({ root, directories: [...new Set([directory, root])], image });
  const speaker = { source, range: rangeOf(image) };
  return { evidence: starts.flatMap((start) => evidenceOf(start, speaker, layout)), problems: [] };
}

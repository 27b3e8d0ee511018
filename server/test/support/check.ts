/** Runs the engine on files in memory, as the doors do on a project. */
import { join } from 'node:path';
import { analyse, type Analysed, type Program } from '../../src/analysis/index.js';
import { readDeployment } from '../../src/deployment/index.js';
import { frontendFor, prepareFrontends } from '../../src/frontends/index.js';
import { loadLibraries } from '../../src/libraries/index.js';
import type { Deployment } from '../../src/model/deployment.js';
import type { Diagnostic } from '../../src/model/diagnostics.js';
import type { Finding } from '../../src/model/findings.js';
import type { FileFacts } from '../../src/model/facts.js';
import { ImportGraph } from '../../src/project/imports.js';
import { Programs } from '../../src/project/programs.js';
import {
  CALLERS_OF_CALLERS,
  entryNames,
  onceEach,
  usersOf,
  withUsers,
  type CallersHost,
} from '../../src/project/callers.js';
import { Importers } from '../../src/project/importers.js';
import { Memory, Resolution } from '../../src/project/resolution/index.js';
import { CONFIGURATION_FILE, parseConfiguration } from '../../src/project/configuration.js';
import { report } from '../../src/rules/index.js';

/** Where the files of a test are said to lie; nothing is written there. */
export const ROOT = '/project';

await prepareFrontends(['a.py']);

/** What `lockkit.json` says of the deployment stands in place of all other evidence, as in a project. */
function withConfiguration(deployment: Deployment, files: ReadonlyMap<string, string>): Deployment {
  const text = files.get(CONFIGURATION_FILE);
  if (text === undefined) return deployment;
  return { evidence: parseConfiguration(join(ROOT, CONFIGURATION_FILE), text).deployment };
}

/**
 * @param files texts by path, relative to the project
 * @param followsAll true to follow what cannot matter, too
 */
export function check(files: ReadonlyMap<string, string>, followsAll = false): Diagnostic[] {
  const { models } = loadLibraries();
  const facts: FileFacts[] = [];
  const others: { file: string; text: string }[] = [];
  const texts = new Map<string, string>();
  for (const [path, text] of files) {
    const file = join(ROOT, path);
    const frontend = frontendFor(file);
    if (frontend !== undefined) facts.push(frontend.parse(file, text));
    others.push({ file, text });
    texts.set(file, text);
  }
  const read = readDeployment(others, facts, models, [...texts.keys()]);
  const deployment = withConfiguration(read, files);
  const resolution = new Resolution(new Memory(texts));
  const program: Program = {
    factsOf: (file) => facts.find((candidate) => candidate.file === file),
    resolve: (specifier, from) => resolution.resolve(specifier, from),
  };
  const graph = new ImportGraph({
    stampOf: () => '',
    textOf: (file) => texts.get(file),
    resolve: (specifier, from) => resolution.resolve(specifier, from),
  });
  const programs = new Programs({
    evidence: deployment.evidence,
    files: [...texts.keys()],
    importsOf: (file) => graph.of(file),
  });
  const importers = new Importers(graph);
  for (const { file } of facts) importers.add(file);
  const callers: CallersHost = {
    importersOf: (file) => importers.of(file),
    textOf: (file) => texts.get(file),
    isPublic: (file) => resolution.isPublic(file),
  };
  const analyses = new Map(
    facts.map((file) => {
      const context = {
        libraries: models,
        deployment: programs.deploymentOf(file.file),
        program,
        followsAll,
      };
      return [file.file, analyse(file, context)] as const;
    }),
  );
  const findingsOf = (file: string, own: Analysed, via: readonly string[] = []): readonly Finding[] => {
    const users = usersOf(file, entryNames(own), callers).flatMap((user) => {
      const [analysed, text] = [analyses.get(user), texts.get(user)];
      if (analysed === undefined || text === undefined) return [];
      const asked = [...via, file];
      const isEnd = asked.length >= CALLERS_OF_CALLERS || asked.includes(user);
      const findings = isEnd ? analysed.findings : findingsOf(user, analysed, asked);
      return [[user, { analysed, findings, text }] as const];
    });
    return withUsers(file, own, new Map(users), via[0]);
  };
  return [...analyses].flatMap(([file, own]) => {
    const diagnostics = onceEach(report(findingsOf(file, own)));
    return diagnostics.filter(({ place }) => place.file === file);
  });
}

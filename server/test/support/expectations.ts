/** Holds a fixture to its markers: every line that is marked is reported so, and nothing else is. */
import { relative } from 'node:path';
import { expect } from 'vitest';
import type { Diagnostic } from '../../src/model/diagnostics.js';
import { check, ROOT } from './check.js';
import { markersOf, type Marker } from './fixtures.js';

type Reported = Omit<Marker, 'part'>;

function asMarker(diagnostic: Diagnostic): Reported {
  const { level, rule, place } = diagnostic;
  return { file: relative(ROOT, place.file), line: place.line, level, rule };
}

function byPlace(one: Reported, other: Reported): number {
  return one.file.localeCompare(other.file) || one.line - other.line || one.rule.localeCompare(other.rule);
}

/** @param files texts by path, relative to the project */
export function expectMarkedReports(files: ReadonlyMap<string, string>): void {
  expect(files.size).toBeGreaterThan(0);
  const diagnostics = check(files);
  const markers = markersOf(files);
  expect(diagnostics.map(asMarker).sort(byPlace)).toEqual(
    markers.map(({ file, line, level, rule }) => ({ file, line, level, rule })).sort(byPlace),
  );
  for (const { part, line } of markers) {
    const messages = diagnostics.filter(({ place }) => place.line === line).map(({ message }) => message);
    if (part !== '') expect(messages.join('\n')).toContain(part);
  }
}

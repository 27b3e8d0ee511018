/**
 * Fixtures are Markdown: each heading is a test, each code block below it a file of its project (`file=name`, else `main.ts`).
 * A line that must be reported ends in a marker: `// error: [rule]`, with a part of the message in quotes if that matters.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Scenario {
  readonly title: string;
  readonly files: ReadonlyMap<string, string>;
}

const FENCE = /^```(?<language>\w+)?(?<info>[^\n]*)\n(?<text>[\s\S]*?)^```$/gm;

/** The text below each heading; a line of a code block that starts like one (a comment in Python) is none. */
function sectionsOf(markdown: string): string[] {
  const sections: string[][] = [];
  let inBlock = false;
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) inBlock = !inBlock;
    if (!inBlock && line.startsWith('# ')) sections.push([line.slice(2)]);
    else sections.at(-1)?.push(line);
  }
  return sections.map((lines) => lines.join('\n'));
}

export function scenariosOf(markdown: string): Scenario[] {
  return sectionsOf(markdown).map((section) => {
    const files = new Map<string, string>();
    for (const { groups } of section.matchAll(FENCE)) {
      const name = /file=(\S+)/.exec(groups?.info ?? '')?.[1] ?? `main.${groups?.language ?? 'ts'}`;
      files.set(name, groups?.text ?? '');
    }
    return { title: section.split('\n', 1)[0] ?? '', files };
  });
}

export function readScenarios(folder: string): { file: string; scenarios: Scenario[] }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => ({ file: name, scenarios: scenariosOf(readFileSync(join(folder, name), 'utf8')) }));
}

export interface Marker {
  readonly file: string;
  readonly line: number;
  readonly level: string;
  readonly rule: string;
  readonly part: string;
}

const MARKER = /(?:\/\/|#) (?<level>error|warning|hint): \[(?<rule>[\w-]+)\](?: "(?<part>[^"]*)")?/g;

export function markersOf(files: ReadonlyMap<string, string>): Marker[] {
  return [...files].flatMap(([file, text]) =>
    text.split('\n').flatMap((line, index) =>
      [...line.matchAll(MARKER)].map(({ groups }) => ({
        file,
        line: index + 1,
        level: groups?.level ?? '',
        rule: groups?.rule ?? '',
        part: groups?.part ?? '',
      })),
    ),
  );
}

/** The code blocks of a rule's page, with what each promises: `report` exactly one, or `silent`. */
export function examplesOf(
  page: string,
): { readonly promise: string; readonly file: string; readonly text: string }[] {
  return [...page.matchAll(FENCE)]
    .map(({ groups }) => ({
      promise: (groups?.info ?? '').trim(),
      file: `example.${groups?.language ?? 'ts'}`,
      text: groups?.text ?? '',
    }))
    .filter(({ promise }) => promise !== '');
}

/** The walls of the house, over the import statements of its files. */
import path from 'node:path';
import ts from 'typescript';

export interface SourceFile {
  /** Relative to the repository, with `/`. */
  readonly file: string;
  readonly text: string;
}

/** Rooms of the server, from the ground up. A room may import from rooms below it, and from itself. */
const FLOORS: readonly (readonly string[])[] = [
  ['model'],
  ['libraries', 'syntax'],
  ['frontends', 'deployment', 'analysis', 'rules', 'fixes', 'scenario'],
  ['project'],
  ['lsp', 'cli'],
];

/** `lockkit lsp` starts the other door's program. */
const DOOR_TO_DOOR = ['server/src/cli/main.ts', 'server/src/lsp/main.ts'];

/** What knows syntax: rooms, and of the scenario what makes a program tell of itself. */
const MAY_PARSE = ['syntax', 'frontends', 'fixes', 'deployment', 'scenario/prove/typescript'];

/** What the extension and the server say to each other. */
const PROTOCOL = '@lockkit/server/protocol';

/** One line for each import that goes through a wall. */
export function violations(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ file, text }) =>
    importsOf(text).flatMap((specifier) => {
      const reason = forbidden(file, specifier);
      return reason === undefined ? [] : [`${file} imports ${specifier}: ${reason}`];
    }),
  );
}

/** The modules that a text imports, requires, re-exports, or names in a type or in `import()`. */
export function importsOf(text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
}

function forbidden(file: string, specifier: string): string | undefined {
  const workspace = file.split('/')[0];
  const target = specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : undefined;
  if (target !== undefined && target.split('/')[0] !== workspace)
    return `it is outside of ${String(workspace)}/`;
  switch (workspace) {
    case 'client':
      return isWorkspace(specifier) && specifier !== PROTOCOL ? 'the extension has no engine' : undefined;
    case 'lockkit':
      return isWorkspace(specifier) && !specifier.startsWith('lockkit')
        ? 'the runtime stands alone'
        : undefined;
    case 'server':
      return forbiddenInServer(file, specifier, target?.replace(/\.js$/, '.ts'));
    default:
      return undefined;
  }
}

function forbiddenInServer(file: string, specifier: string, target: string | undefined): string | undefined {
  const room = roomOf(file);
  if (room === undefined) return 'the file is in no room';
  if (target === undefined) {
    if (/^lockkit(\/|$)/.test(specifier) && room !== 'scenario') return 'only scenario runs the runtime';
    if (/^(#?typescript|web-tree-sitter)(\/|$)/.test(specifier) && !mayParse(file)) {
      return `${room} knows no syntax`;
    }
    return undefined;
  }
  const other = roomOf(target);
  if (other === undefined) return 'it is in no room';
  if (other === room || floorOf(other) < floorOf(room)) return undefined;
  if (file === DOOR_TO_DOOR[0] && target === DOOR_TO_DOOR[1]) return undefined;
  return `${room} must not know ${other}`;
}

/** The folder under `server/src`; for the entry `cli.ts`, that of what it starts. */
function roomOf(file: string): string | undefined {
  const room = file.split('/')[2]?.replace(/\.ts$/, '');
  return FLOORS.flat().find((known) => known === room);
}

function mayParse(file: string): boolean {
  return MAY_PARSE.some((folder) => file.startsWith(`server/src/${folder}/`));
}

function floorOf(room: string): number {
  return FLOORS.findIndex((rooms) => rooms.includes(room));
}

function isWorkspace(specifier: string): boolean {
  return /^(@lockkit\/|lockkit(\/|$))/.test(specifier);
}

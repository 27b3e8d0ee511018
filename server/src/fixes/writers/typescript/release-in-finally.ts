import ts from '#typescript';
import type { FinallyRequest } from '../../../model/diagnostics.js';
import type { TextRange } from '../../../model/source.js';
import { insertion, type Change } from '../edits.js';
import { doesWork, mayStartWork } from './forms.js';
import { leavingOf } from './leaving.js';
import { declaredBy, intersects, mentionedIn } from './names.js';
import { canAwait, findPlace, type Stretch } from './place.js';
import { indentationAt, isFirstOnLine, isLastOnLine, lineEnd, lineStart, nextLine } from '../lines.js';
import { styleOf } from './style.js';
import { smallestAround } from './syntax.js';
import { awaiting, indented, withLeadingComments } from './wrap.js';

/**
 * Puts what follows the acquire into `try`, and the release into its `finally`.
 * @returns undefined where the releases are not statements that all say the same, where one is not followed by the end of the
 *   section, or where names of the section are needed after it
 */
export function releaseInFinally(source: ts.SourceFile, request: FinallyRequest): Change[] | undefined {
  const place = findPlace(source, request.region);
  if (place?.kind !== 'statements' || place.first === place.last) return undefined;
  const { list, first, last, host } = place;
  const releases = releaseStatements(source, request.releases);
  const final = list[last];
  if (releases === undefined || final === undefined || !releases.some((release) => release === final))
    return undefined;
  const others = releases.filter((release) => release !== final);
  if (!others.every((release) => isBefore(release, final) && endsSection(release))) return undefined;
  const end = endOfSection(place);
  if (end === undefined) return undefined;
  const section = list.slice(first + 1, end).filter((statement) => statement !== final);
  const [start] = section;
  if (start === undefined) return undefined;
  const started = leavingOf(section).returns.flatMap(({ expression }) =>
    expression !== undefined && mayStartWork(expression) ? [expression] : [],
  );
  if (started.length > 0 && !canAwait(host)) return undefined;
  const removals = releases.map((release) => removed(source, release));
  const isRemoved = ({ range }: Change): boolean =>
    removals.some((removal) => removal.range.start <= range.start && range.start < removal.range.end);
  return [
    ...wrapped(source, section, final).filter((change) => !isRemoved(change)),
    ...removals,
    ...started.flatMap((expression) => awaiting(expression, source)),
  ];
}

/** The statements that release; undefined when one is no statement of its own, or they do not all say the same. */
function releaseStatements(
  source: ts.SourceFile,
  ranges: readonly TextRange[],
): ts.ExpressionStatement[] | undefined {
  const statements = ranges.map((range) => {
    let node = smallestAround(source, range);
    if (ts.isAwaitExpression(node.parent)) node = node.parent;
    return ts.isExpressionStatement(node.parent) ? node.parent : undefined;
  });
  const texts = new Set(statements.map((statement) => statement?.expression.getText(source)));
  const found = statements.filter((statement) => statement !== undefined);
  return found.length === ranges.length && texts.size === 1 ? found : undefined;
}

function isBefore(release: ts.Statement, final: ts.Statement): boolean {
  return release.end <= final.pos;
}

/** Whether control leaves right after a release, so that `finally` comes at the same moment. */
function endsSection(release: ts.Statement): boolean {
  const { parent } = release;
  if (!ts.isBlock(parent) && !ts.isCaseOrDefaultClause(parent)) return false;
  const next = parent.statements[parent.statements.indexOf(release) + 1];
  return next !== undefined && (ts.isReturnStatement(next) || ts.isThrowStatement(next));
}

/** The index behind the section: its names may be needed up to the end of the list, if no more work is done there. */
function endOfSection({ list, first, last }: Stretch): number | undefined {
  const { blockScoped } = declaredBy(list.slice(first + 1, last));
  const rest = list.slice(last + 1);
  if (!intersects(blockScoped.keys(), mentionedIn(rest))) return last + 1;
  return doesWork(rest) ? undefined : list.length;
}

function wrapped(source: ts.SourceFile, section: readonly ts.Statement[], release: ts.Statement): Change[] {
  const { text } = source;
  const [first] = section;
  const last = section.at(-1);
  if (first === undefined || last === undefined) return [];
  const { eol, indent } = styleOf(source);
  const start = withLeadingComments(text, first, source);
  const ownLines = isFirstOnLine(text, start) && isLastOnLine(text, last.end);
  const outer = indentationAt(text, start);
  const newLine = ownLines ? eol + outer : ' ';
  const inner = ownLines ? eol + outer + indent : ' ';
  const end = ownLines ? lineEnd(text, last.end) : last.end;
  return [
    insertion(start, `try {${inner}`),
    ...(ownLines ? indented(source, { start, end }, indent) : []),
    insertion(end, `${newLine}} finally {${inner}${release.getText(source)}${newLine}}`),
  ];
}

/** Takes a statement out, with its line when it has one of its own. */
function removed(source: ts.SourceFile, statement: ts.Statement): Change {
  const { text } = source;
  const start = statement.getStart(source);
  if (!isFirstOnLine(text, start) || !isLastOnLine(text, statement.end)) {
    return { range: { start: statement.getFullStart(), end: statement.end }, newText: '' };
  }
  return { range: { start: lineStart(text, start), end: nextLine(text, statement.end) }, newText: '' };
}

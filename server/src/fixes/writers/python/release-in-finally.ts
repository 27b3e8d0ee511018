import type { FinallyRequest } from '../../../model/diagnostics.js';
import type { TextRange } from '../../../model/source.js';
import type { SyntaxNode } from '../../../syntax/python/tree.js';
import type { Change } from '../edits.js';
import { indentationAt, isFirstOnLine, isLastOnLine, lineStart, nextLine } from '../lines.js';
import { below } from './indent.js';
import { findStretch } from './place.js';
import { styleOf } from './style.js';
import { isSuite, pathTo, statementsOf, textOf, type Source } from './syntax.js';

/** A statement that does nothing but release the lock, and the suite that it is in. */
interface Release {
  readonly statement: SyntaxNode;
  readonly suite: readonly SyntaxNode[];
}

/**
 * Puts what follows the acquire into `try`, and the release into its `finally`.
 * @returns undefined where the releases are not statements that all say the same, or one is not followed by the end of the section
 */
export function releaseInFinally(source: Source, request: FinallyRequest): Change[] | undefined {
  const stretch = findStretch(source, request.region);
  if (stretch === undefined || stretch.last - stretch.first < 2) return undefined;
  const { list, first, last } = stretch;
  const releases = releasesAt(source, request.releases);
  const final = list[last];
  if (releases === undefined || final === undefined) return undefined;
  const others = releases.filter(({ statement }) => statement.start !== final.start);
  if (others.length === releases.length || !others.every((release) => endsSection(source, release, final)))
    return undefined;
  const { text } = source;
  const style = styleOf(source);
  const outer = indentationAt(text, final.start);
  const removals = others.map(({ statement }) => lineOf(text, statement));
  const isRemoved = (at: number): boolean => removals.some(({ start, end }) => start <= at && at < end);
  return [
    ...below(source, list.slice(first + 1, last), 'try:', style).filter(
      ({ range }) => !isRemoved(range.start),
    ),
    ...removals.map((range) => ({ range, newText: '' })),
    {
      range: { start: final.start, end: final.end },
      newText: `finally:${style.eol}${outer}${style.indent}${textOf(source, final)}`,
    },
  ];
}

/** The statements that release; undefined when one is no statement of its own, or they do not all say the same. */
function releasesAt(source: Source, ranges: readonly TextRange[]): Release[] | undefined {
  const found = ranges.flatMap((range) => releaseAt(source, range) ?? []);
  const texts = new Set(found.map(({ statement }) => textOf(source, statement)));
  return found.length === ranges.length && texts.size === 1 ? found : undefined;
}

function releaseAt(source: Source, range: TextRange): Release | undefined {
  const path = pathTo(source, range);
  const index = path.findLastIndex((node, at) => isSuite(node, path[at - 1]));
  const [suite, statement] = [path[index], path[index + 1]];
  if (suite === undefined || statement?.type !== 'expression_statement') return undefined;
  // `lock.release()`, or the same with `await`.
  if (!/^(?:await\s+)?$/.test(source.text.slice(statement.start, range.start))) return undefined;
  if (statement.end !== range.end) return undefined;
  return { statement, suite: statementsOf(suite) };
}

/** Whether control leaves right after a release, so that `finally` comes at the same moment. */
function endsSection(source: Source, { statement, suite }: Release, final: SyntaxNode): boolean {
  const { start, end } = statement;
  if (end > final.start || !isFirstOnLine(source.text, start) || !isLastOnLine(source.text, end))
    return false;
  const next = suite[suite.findIndex((one) => one.start === start) + 1];
  if (next === undefined) return false;
  // What is returned is worked out before `finally`, and was after the release.
  return next.type === 'raise_statement' || /^return(?:\s+[\w."']+)?$/.test(textOf(source, next));
}

function lineOf(text: string, { start, end }: SyntaxNode): TextRange {
  return { start: lineStart(text, start), end: nextLine(text, end) };
}

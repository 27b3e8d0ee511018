import { RULE_IDS, type Diagnostic, type RuleId } from '../model/diagnostics.js';

/** A comment that silences rules. */
export interface Suppression {
  readonly scope: 'next-line' | 'file';
  /** 1-based line of the comment. */
  readonly line: number;
  /** Offsets of the comment's text. */
  readonly start: number;
  readonly end: number;
  /** For `next-line`: the 1-based line that it speaks of. */
  readonly target: number;
  readonly rules: readonly RuleId[];
  /** Words that name no rule. */
  readonly unknown: readonly string[];
}

/** A suppression, or a part of one, that silences nothing. */
export interface UnusedSuppression {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

/**
 * A comment on a line of its own: `// lockkit-disable-next-line rule -- reason`, or with `#` in Python, or in a block comment (the
 * only form there is in JSX). Text in a string can only be mistaken for it where a line of a template starts with it.
 */
const COMMENT =
  /^[ \t]*(?:\{?[ \t]*\/\*+|\/\/+|#+)[ \t]*lockkit-disable(-next-line)?(?![\w-])([^\r\n]*?)(?:[ \t]--[^\r\n]*|\*\/[^\r\n]*)?$/gm;

/** The suppressions in a text, in its order. */
export function readSuppressions(text: string, lineStarts: readonly number[]): Suppression[] {
  if (!text.includes('lockkit-disable')) return [];
  const found: Suppression[] = [];
  let line = 1;
  for (const match of text.matchAll(COMMENT)) {
    while ((lineStarts[line] ?? Infinity) <= match.index) line++;
    const words = (match[2] ?? '').split(/[\s,]+/).filter((word) => word !== '');
    found.push({
      scope: match[1] === undefined ? 'file' : 'next-line',
      line,
      start: match.index + match[0].search(/\S/),
      end: match.index + match[0].trimEnd().length,
      target: line + 1,
      rules: words.filter(isRule),
      unknown: words.filter((word) => !isRule(word)),
    });
  }
  return stacked(found);
}

/** Of comments on successive lines, each speaks of the line below the last. */
function stacked(suppressions: readonly Suppression[]): Suppression[] {
  const result: Suppression[] = [];
  for (const suppression of suppressions.toReversed()) {
    const below = result.at(-1);
    const target =
      below?.scope === 'next-line' && below.line === suppression.target ? below.target : suppression.target;
    result.push({ ...suppression, target });
  }
  return result.reverse();
}

/** What suppressions leave of diagnostics, and which of them silence nothing. */
export function applySuppressions(
  suppressions: readonly Suppression[],
  diagnostics: readonly Diagnostic[],
  isOff: (rule: RuleId) => boolean,
): { readonly kept: Diagnostic[]; readonly suppressed: number; readonly unused: UnusedSuppression[] } {
  const used = new Set<string>();
  const kept = diagnostics.filter((diagnostic) => {
    const silencing = suppressions
      .map((suppression, index) => ({ suppression, index }))
      .filter(
        ({ suppression }) =>
          suppression.rules.includes(diagnostic.rule) &&
          (suppression.scope === 'file' || suppression.target === diagnostic.place.line),
      );
    for (const { index } of silencing) used.add(`${index} ${diagnostic.rule}`);
    return silencing.length === 0;
  });
  const unused = suppressions.flatMap((suppression, index) => {
    const messages = suppression.rules
      .filter((rule) => !used.has(`${index} ${rule}`) && !isOff(rule))
      .map((rule) => `unused suppression: ${rule} reports nothing ${whereOf(suppression)}; remove it`);
    messages.push(
      ...suppression.unknown.map(
        (word) => `this suppression names "${word}", which is no rule; the rules are ${RULE_IDS.join(', ')}`,
      ),
    );
    if (suppression.rules.length + suppression.unknown.length === 0) {
      messages.push('this suppression names no rule; write the rule after it, and why after --');
    }
    return messages.map((message) => ({
      line: suppression.line,
      start: suppression.start,
      end: suppression.end,
      message,
    }));
  });
  return { kept, suppressed: diagnostics.length - kept.length, unused };
}

function whereOf(suppression: Suppression): string {
  return suppression.scope === 'file' ? 'in this file' : `on line ${suppression.target}`;
}

function isRule(word: string): word is RuleId {
  return (RULE_IDS as readonly string[]).includes(word);
}

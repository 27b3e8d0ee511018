/** SQL as tokens, in no dialect in particular: what no dialect knows is a symbol. */

/** What stands for a value that is given beside the text: `$1` is 0, the second `?` is 1, `:id` is `id`. */
export type Placeholder =
  | { readonly kind: 'parameter'; readonly at: number | string }
  /** A value that a template literal puts into the text, counted from 0. */
  | { readonly kind: 'hole'; readonly at: number };

export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly quoted: boolean }
  | { readonly kind: 'constant'; readonly text: string }
  | { readonly kind: 'placeholder'; readonly placeholder: Placeholder }
  | { readonly kind: 'symbol'; readonly text: string };

const SPACE = /^(?:\s+|--[^\n]*|\/\*[\s\S]*?\*\/)+/;
const WORD = /^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/;
const QUOTED = /^(?:"((?:[^"]|"")*)"|`([^`]*)`|\[([A-Za-z_][^\]]*)\])/;
const STRING = /^[EeNnBbXx]?'((?:[^'\\]|''|\\.)*)'/;
const NUMBER = /^\d+(?:\.\d+)?/;
const NUMBERED = /^[$?](\d+)/;
const NAMED = /^[:@$]([A-Za-z_]\w*)/;
/** Python's placeholders, by position and by name. */
const FORMATTED = /^%(?:s|\(([A-Za-z_]\w*)\)s)/;
const SYMBOL = /^(?:::|<>|!=|<=|>=|\|\||[^\s])/;

/** @param parts the text, cut where values are put into it */
export function tokensOf(parts: readonly string[]): Token[] {
  const tokens: Token[] = [];
  let questions = 0;
  parts.forEach((part, index) => {
    if (index > 0) tokens.push({ kind: 'placeholder', placeholder: { kind: 'hole', at: index - 1 } });
    let rest = part;
    const take = (pattern: RegExp): RegExpExecArray | null => {
      const match = pattern.exec(rest);
      if (match !== null) rest = rest.slice(match[0].length);
      return match;
    };
    for (;;) {
      take(SPACE);
      if (rest === '') break;
      const string = take(STRING);
      if (string !== null) {
        tokens.push({ kind: 'constant', text: string[1] ?? '' });
        continue;
      }
      const quoted = take(QUOTED);
      if (quoted !== null) {
        const text = quoted[1] ?? quoted[2] ?? quoted[3] ?? '';
        tokens.push({ kind: 'word', text, quoted: true });
        continue;
      }
      const word = take(WORD);
      if (word !== null) {
        tokens.push({ kind: 'word', text: word[0], quoted: false });
        continue;
      }
      const number = take(NUMBER);
      if (number !== null) {
        tokens.push({ kind: 'constant', text: number[0] });
        continue;
      }
      const numbered = take(NUMBERED);
      if (numbered !== null) {
        const at = Number(numbered[1]) - 1;
        tokens.push({ kind: 'placeholder', placeholder: { kind: 'parameter', at } });
        continue;
      }
      if (rest.startsWith('?')) {
        rest = rest.slice(1);
        tokens.push({ kind: 'placeholder', placeholder: { kind: 'parameter', at: questions++ } });
        continue;
      }
      const formatted = take(FORMATTED);
      if (formatted !== null) {
        const at = formatted[1] ?? questions++;
        tokens.push({ kind: 'placeholder', placeholder: { kind: 'parameter', at } });
        continue;
      }
      const named = rest.startsWith('::') ? null : take(NAMED);
      if (named !== null) {
        const at = named[1] ?? '';
        tokens.push({ kind: 'placeholder', placeholder: { kind: 'parameter', at } });
        continue;
      }
      const symbol = take(SYMBOL);
      if (symbol === null) break;
      tokens.push({ kind: 'symbol', text: symbol[0] });
    }
  });
  return tokens;
}

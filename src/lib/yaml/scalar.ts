import { readsAsOther } from './resolve.ts';

/** Plain by any rule: no indicator, no space at either end, nothing that could be a number, date or word of YAML. */
const SURELY_PLAIN = /^[A-Za-z_/][A-Za-z0-9_/.-]*$/;
const MAY_BE_WORD = /^(?:[yYnN~]|[yY]es|YES|[nN]o|NO|[tT]rue|TRUE|[fF]alse|FALSE|[oO]n|ON|[oO]ff|OFF|[nN]ull|NULL)$/;
const STARTS_WITH_INDICATOR = /^[#,[\]{}&*!|>'"%@`]/;
const INDICATOR_BEFORE_SPACE = /^[-?:](?:[\s\u0085\u2028\u2029]|$)/;
const BLOCK_INDICATOR = /:(?:[\s\u0085\u2028\u2029]|$)|[\s\u0085\u2028\u2029]#/;
const DOCUMENT_MARK = /^(?:---|\.\.\.)/;
/**
 * libyaml's idea of printable, without the line and paragraph separators (go-yaml writes those raw and reads
 * them back as spaces; quoted they survive). Anything else forces double quotes. Line feeds are judged apart.
 */
const NOT_PRINTABLE = /[^\n\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]/;

const SPACE_BEFORE_BREAK = / \n/;

/** libyaml breaks a line at the first single space after this column. */
const BEST_WIDTH = 80;

/** A simple mapping key: on one line, never folded. */
export function keyText(text: string): string {
  if (SURELY_PLAIN.test(text) && !MAY_BE_WORD.test(text)) return text;
  return flowScalar(text, readsAsOther(text));
}

/**
 * A string as a value: plain, quoted, or a literal block. It begins at `column`; the lines that follow
 * stand at `indent`.
 */
export function scalarText(text: string, indent: string, column: number): string {
  if (SURELY_PLAIN.test(text) && !MAY_BE_WORD.test(text)) return text;
  if (text.includes('\n') && !NOT_PRINTABLE.test(text) && !isHardForBlock(text)) return literalBlock(text, indent);
  const flow = flowScalar(text, readsAsOther(text) || text.includes('\n'));
  return column + flow.length > BEST_WIDTH && flow.includes(' ') ? folded(flow, indent, column) : flow;
}

/** Breaks a flow scalar at spaces, as libyaml's three writers do. */
function folded(flow: string, indent: string, start: number): string {
  const quote = flow[0] === '"' || flow[0] === "'" ? flow[0] : '';
  const first = quote ? 1 : 0;
  const last = flow.length - 1 - first;
  let result = '';
  let column = start;
  let afterSpace = false;
  for (let at = 0; at < flow.length; at++) {
    const char = flow[at] ?? '';
    const nextIsSpace = flow[at + 1] === ' ';
    const isInside = quote === '' || (at > first && at < last);
    const breaks = char === ' ' && !afterSpace && column > BEST_WIDTH && isInside && (quote === '"' || !nextIsSpace);
    afterSpace = char === ' ';
    if (breaks) {
      const mark = quote === '"' && nextIsSpace ? '\\' : '';
      result += `\n${indent}${mark}`;
      column = indent.length + mark.length;
    } else {
      result += char;
      column++;
    }
  }
  return result;
}

function isHardForBlock(text: string): boolean {
  return SPACE_BEFORE_BREAK.test(text) || text.endsWith(' ');
}

function flowScalar(text: string, mustQuote: boolean): string {
  if (mustQuote || NOT_PRINTABLE.test(text)) return doubleQuoted(text);
  if (isPlainAllowed(text)) return text;
  return `'${text.replaceAll("'", "''")}'`;
}

function isPlainAllowed(text: string): boolean {
  return !(
    STARTS_WITH_INDICATOR.test(text) ||
    INDICATOR_BEFORE_SPACE.test(text) ||
    BLOCK_INDICATOR.test(text) ||
    DOCUMENT_MARK.test(text) ||
    text.startsWith(' ') ||
    text.endsWith(' ')
  );
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u00a0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};
const NEEDS_ESCAPE = /["\\\u2028\u2029]|[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/gu;

function doubleQuoted(text: string): string {
  return `"${text.replace(NEEDS_ESCAPE, escaped)}"`;
}

function escaped(char: string): string {
  const known = ESCAPES[char];
  if (known) return known;
  const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase();
  if (code.length > 4) return `\\U${code.padStart(8, '0')}`;
  return code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`;
}

function literalBlock(text: string, indent: string): string {
  const hint = text.startsWith(' ') || text.startsWith('\n') ? '2' : '';
  const chomp = text.endsWith('\n') ? (text === '\n' || text.endsWith('\n\n') ? '+' : '') : '-';
  const lines = (chomp === '-' ? text : text.slice(0, -1)).split('\n');
  return `|${hint}${chomp}\n${lines.map((line) => (line === '' ? '' : indent + line)).join('\n')}`;
}

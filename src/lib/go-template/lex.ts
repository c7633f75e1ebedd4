import { TemplateError } from './nodes.ts';

export interface Token {
  type: 'text' | 'open' | 'close' | 'word' | 'field' | 'variable' | 'string' | 'number' | 'space' | 'mark' | 'error';
  text: string;
  /** Offset in the template. */
  at: number;
}

/** Tokens inside an action, in the order in which they are tried. */
const patterns: readonly (readonly [Token['type'], RegExp])[] = [
  ['space', /\s+/y],
  ['string', /"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+'/y],
  ['number', /[+-]?(?:0[xX][0-9a-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+)/y],
  ['field', /\.[\p{L}_][\p{L}\d_]*/uy],
  ['variable', /\$[\p{L}\d_]*/uy],
  ['word', /[\p{L}_][\p{L}\d_]*/uy],
  ['mark', /:=|[=|(),.]/y],
];

/** Takes a template apart: text, and the tokens of its actions between `open` and `close`. */
export function lexTemplate(template: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let trimNext = false;
  for (;;) {
    const open = template.indexOf('{{', at);
    let text = template.slice(at, open < 0 ? undefined : open);
    if (trimNext) text = text.trimStart();
    const trims = open >= 0 && /^-\s/.test(template.slice(open + 2, open + 4));
    if (trims) text = text.trimEnd();
    if (text !== '') tokens.push({ type: 'text', text, at });
    if (open < 0) return tokens;
    at = open + (trims ? 3 : 2);
    const comment = /\s*\/\*[\s\S]*?\*\/(\s+-)?\}\}/y;
    comment.lastIndex = at;
    const found = comment.exec(template);
    if (found) {
      at = comment.lastIndex;
      trimNext = found[1] !== undefined;
      continue;
    }
    tokens.push({ type: 'open', text: '{{', at: open });
    ({ at, trimNext } = lexAction(template, at, tokens));
  }
}

function lexAction(template: string, from: number, tokens: Token[]): { at: number; trimNext: boolean } {
  let at = from;
  for (;;) {
    const close = /(\s+-)?\}\}/y;
    close.lastIndex = at;
    const end = close.exec(template);
    if (end) {
      tokens.push({ type: 'close', text: '}}', at });
      return { at: close.lastIndex, trimNext: end[1] !== undefined };
    }
    const token = nextToken(template, at);
    tokens.push(token);
    // What stands before the mistake may be wrong too, and is told first.
    if (token.type === 'error') return { at: template.length, trimNext: false };
    at += token.text.length;
  }
}

function nextToken(template: string, at: number): Token {
  for (const [type, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(template)?.[0];
    if (text !== undefined) return { type, text, at };
  }
  const mistake = (text: string): Token => ({ type: 'error', text, at });
  const character = template[at];
  if (character === undefined) return mistake('unclosed action');
  if (character === '"') return mistake('unterminated quoted string');
  if (character === '`') return mistake('unterminated raw quoted string');
  const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  return mistake(`unrecognized character in action: U+${code} '${character}'`);
}

/** Go names the line where parsing stopped. */
export function lexError(template: string, at: number, message: string): TemplateError {
  const line = template.slice(0, at).split('\n').length;
  return new TemplateError(`template: output:${line}: ${message}`);
}

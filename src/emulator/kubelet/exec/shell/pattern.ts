/** One step of a pattern: a character, any one, any number, or one of a set. */
type Step =
  | { kind: 'char'; char: string }
  | { kind: 'any' }
  | { kind: 'star' }
  | { kind: 'set'; negated: boolean; ranges: readonly (readonly [from: string, to: string])[]; classes: RegExp[] };

const CLASSES: Readonly<Record<string, RegExp>> = {
  alpha: /\p{L}/u,
  digit: /[0-9]/,
  alnum: /[\p{L}0-9]/u,
  upper: /\p{Lu}/u,
  lower: /\p{Ll}/u,
  space: /\s/,
  blank: /[ \t]/,
  punct: /[!-/:-@[-`{-~]/,
  print: /[^\p{Cc}]/u,
  graph: /[^\p{Cc}\s]/u,
  cntrl: /\p{Cc}/u,
  xdigit: /[0-9A-Fa-f]/,
};

/** Makes `text` a pattern that matches only itself. */
export const escapePattern = (text: string): string => text.replace(/[\\*?[\]]/g, '\\$&');

export const hasWildcard = (pattern: string): boolean => /(^|[^\\])(\\\\)*[*?[]/.test(pattern);

function compile(pattern: string): Step[] {
  const chars = [...pattern];
  const steps: Step[] = [];
  for (let at = 0; at < chars.length; at++) {
    const char = chars[at]!;
    if (char === '\\' && at + 1 < chars.length) steps.push({ kind: 'char', char: chars[++at]! });
    else if (char === '?') steps.push({ kind: 'any' });
    else if (char === '*') {
      if (steps.at(-1)?.kind !== 'star') steps.push({ kind: 'star' });
    } else {
      const set = char === '[' ? readSet(chars, at + 1) : undefined;
      steps.push(set?.step ?? { kind: 'char', char });
      if (set) at = set.end;
    }
  }
  return steps;
}

function readSet(chars: readonly string[], start: number): { step: Step; end: number } | undefined {
  let at = start;
  const negated = chars[at] === '!' || chars[at] === '^';
  if (negated) at++;
  const ranges: [string, string][] = [];
  const classes: RegExp[] = [];
  for (let isFirst = true; at < chars.length; isFirst = false) {
    const char = chars[at]!;
    if (char === ']' && !isFirst) return { step: { kind: 'set', negated, ranges, classes }, end: at };
    const named = char === '[' && chars[at + 1] === ':' ? /^\[:(\w+):\]/.exec(chars.slice(at, at + 12).join('')) : null;
    if (named && CLASSES[named[1]!]) {
      classes.push(CLASSES[named[1]!]!);
      at += named[0].length;
      continue;
    }
    const from = char === '\\' && at + 1 < chars.length ? chars[++at]! : char;
    if (chars[at + 1] === '-' && chars[at + 2] !== undefined && chars[at + 2] !== ']') {
      ranges.push([from, chars[at + 2]!]);
      at += 3;
    } else {
      ranges.push([from, from]);
      at++;
    }
  }
  return undefined;
}

function fits(step: Step, char: string): boolean {
  if (step.kind === 'char') return step.char === char;
  if (step.kind !== 'set') return true;
  const isIn =
    step.ranges.some(([from, to]) => char >= from && char <= to) || step.classes.some((one) => one.test(char));
  return isIn !== step.negated;
}

/** The pattern of POSIX XCU 2.14 against the whole of `text`, in time proportional to both lengths at worst. */
export function matcher(pattern: string): (text: string) => boolean {
  const steps = compile(pattern);
  return (text) => {
    const chars = [...text];
    let at = 0;
    let step = 0;
    let star = -1;
    let mark = 0;
    while (at < chars.length) {
      const here = steps[step];
      if (here?.kind === 'star') {
        star = step++;
        mark = at;
      } else if (here && fits(here, chars[at]!)) {
        step++;
        at++;
      } else if (star >= 0) {
        step = star + 1;
        at = ++mark;
      } else return false;
    }
    while (steps[step]?.kind === 'star') step++;
    return step === steps.length;
  };
}

export const matches = (pattern: string, text: string): boolean => matcher(pattern)(text);

/** `text` without the shortest or longest part at its start or end that the pattern matches. */
export function removeAffix(text: string, pattern: string, operator: '#' | '##' | '%' | '%%'): string {
  const test = matcher(pattern);
  const length = text.length;
  const isLongest = operator.length === 2;
  for (let step = 0; step <= length; step++) {
    const size = isLongest ? length - step : step;
    if (operator[0] === '#' && test(text.slice(0, size))) return text.slice(size);
    if (operator[0] === '%' && test(text.slice(length - size))) return text.slice(0, length - size);
  }
  return text;
}

/** `${x/pattern/with}`: the longest match at each place. */
export function replacePattern(
  text: string,
  pattern: string,
  replacement: string,
  operator: '/' | '//' | '/#' | '/%',
): string {
  if (pattern === '') return operator === '/#' ? replacement + text : operator === '/%' ? text + replacement : text;
  const test = matcher(pattern);
  let out = '';
  let at = 0;
  while (at <= text.length) {
    let end = -1;
    if (operator !== '/#' || at === 0) {
      const last = operator === '/%' ? text.length : at + (text.length - at);
      for (let to = last; to > at; to--) {
        if (test(text.slice(at, to))) {
          end = to;
          break;
        }
        if (operator === '/%') break;
      }
    }
    if (end > at) {
      out += replacement;
      at = end;
      if (operator !== '//') return out + text.slice(at);
    } else {
      if (operator === '/#') return text;
      out += text[at] ?? '';
      at++;
    }
  }
  return out;
}

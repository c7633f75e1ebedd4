import { type ParsedScript, parse, type Statement } from 'unbash';

/** Which shell the user believes to talk to: they differ in how they complain, and a little in what they know. */
export type Dialect = 'ash' | 'dash' | 'bash';

export interface SyntaxProblem {
  message: string;
  /** 1-based. */
  line: number;
  /** More input could make it right. */
  isUnfinished: boolean;
}

/** As long as a script may be (characters): what is longer is data. */
const LONGEST_SCRIPT = 1_000_000;

const lineAt = (source: string, pos: number): number => {
  let line = 1;
  for (let at = source.indexOf('\n'); at >= 0 && at < pos; at = source.indexOf('\n', at + 1)) line++;
  return line;
};

/** The statements of a script, or what is wrong with it in the words of `dialect`. */
export function parseScript(
  source: string,
  dialect: Dialect,
): { script: ParsedScript; problem?: undefined } | { script: ParsedScript; problem: SyntaxProblem } {
  const script = source.length > LONGEST_SCRIPT ? parse('') : parse(source);
  if (source.length > LONGEST_SCRIPT) {
    return { script, problem: { message: 'script is too long', line: 1, isUnfinished: false } };
  }
  const error = script.errors?.[0];
  if (error) {
    const isUnfinished =
      /^unterminated|^expected .*(to close|command after|'then'|'do'|command in|'in')/.test(error.message) &&
      reachesEnd(source, script);
    return {
      script,
      problem: { message: words(error.message, dialect), line: lineAt(source, error.pos), isUnfinished },
    };
  }
  const beyond = dialect === 'bash' ? undefined : beyondDialect(script.commands, dialect);
  if (!beyond) return { script };
  return { script, problem: { message: beyond.message, line: lineAt(source, beyond.pos), isUnfinished: false } };
}

/** What a plain `sh` does not read, by the kind of node. */
const BASH_ONLY: Readonly<Record<string, Readonly<Record<'ash' | 'dash', string | undefined>>>> = {
  ArrayValue: { dash: 'Syntax error: "(" unexpected', ash: 'syntax error: unexpected "("' },
  ProcessSubstitution: { dash: 'Syntax error: "(" unexpected', ash: undefined },
  HereString: { dash: 'Syntax error: redirection unexpected', ash: 'syntax error: unexpected redirection' },
  ArithmeticFor: { dash: 'Syntax error: Bad for loop variable', ash: 'syntax error: bad for loop variable' },
};

/** The first thing in the script that only bash reads. */
function beyondDialect(
  commands: readonly unknown[],
  dialect: 'ash' | 'dash',
): { message: string; pos: number } | undefined {
  let found: { message: string; pos: number } | undefined;
  const visit = (value: unknown, pos: number): void => {
    if (found || typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const one of value) visit(one, pos);
      return;
    }
    const node = value as { type?: string; pos?: number; value?: unknown; text?: string; parts?: unknown };
    const at = node.pos ?? pos;
    const message = BASH_ONLY[node.type ?? '']?.[dialect];
    if (message) {
      found = { message, pos: at };
      return;
    }
    for (const one of Object.values(node)) visit(one, at);
    // Behind accessors.
    if (node.type === 'Assignment') visit(node.value, at);
    if (node.type === 'Word' && /[<>]\(/.test(node.text ?? '')) visit(node.parts, at);
  };
  visit(commands, 0);
  return found;
}

/** A shell reads line by line: what stands before the line with the mistake has run when it gets there. */
export function soundLines(source: string, line: number, dialect: Dialect): ParsedScript | undefined {
  const lines = source.split('\n');
  for (let count = Math.min(line - 1, lines.length); count > 0 && line - count < 50; count--) {
    const { script, problem } = parseScript(lines.slice(0, count).join('\n'), dialect);
    if (!problem && !hasOpenHeredoc(source, script)) return script;
  }
  return undefined;
}

/** Problems at the very end could be cured by more input; those before it could not. */
function reachesEnd(source: string, { errors = [] }: ParsedScript): boolean {
  const end = source.trimEnd().length;
  return errors.every(
    ({ message, pos }) => message.startsWith('unterminated') || pos >= end || /to close/.test(message),
  );
}

/** The heredocs of the last line whose end has not come yet. */
export function hasOpenHeredoc(source: string, { commands }: ParsedScript): boolean {
  let isOpen = false;
  const visit = (value: unknown): void => {
    if (isOpen || typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      for (const one of value) visit(one);
      return;
    }
    const node = value as { type?: string; closing?: unknown };
    if (node.type === 'HereDoc' && node.closing === undefined) {
      isOpen = true;
      return;
    }
    Object.values(node).forEach(visit);
  };
  if (source.includes('<<')) visit(commands as readonly Statement[]);
  return isOpen;
}

/** `unexpected token ')'` in the words of each shell. */
function words(message: string, dialect: Dialect): string {
  const quote = /^unterminated (single|double) quote/.exec(message);
  if (quote) {
    if (dialect === 'dash') return 'Syntax error: Unterminated quoted string';
    if (dialect === 'ash') return 'syntax error: unterminated quoted string';
    return `unexpected EOF while looking for matching \`${quote[1] === 'single' ? "'" : '"'}'`;
  }
  const token = /^unexpected token '(.+)'$/.exec(message)?.[1];
  const wanted = /^expected '(\S+)'(?: to close)?/.exec(message)?.[1];
  if (token === undefined) {
    if (dialect === 'dash') return `Syntax error: end of file unexpected${wanted ? ` (expecting "${wanted}")` : ''}`;
    if (dialect === 'ash') return `syntax error: unexpected end of file${wanted ? ` (expecting "${wanted}")` : ''}`;
    return 'syntax error: unexpected end of file';
  }
  if (dialect === 'dash') return `Syntax error: "${token}" unexpected`;
  if (dialect === 'ash') return `syntax error: unexpected "${token}"`;
  return `syntax error near unexpected token \`${token}'`;
}

export { lineAt };

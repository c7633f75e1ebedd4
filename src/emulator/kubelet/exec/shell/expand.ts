import { type ParameterExpansionPart, parse, type SimpleExpansionPart, type Word, type WordPart } from 'unbash';
import { entriesOf } from '../fs/nodes.ts';
import { ArithmeticFailure, evaluateArithmetic } from './arithmetic.ts';
import { expandBraces } from './braces.ts';
import type { Shell } from './context.ts';
import { type Field, FieldBuilder } from './fields.ts';
import { hasWildcard, matcher, removeAffix, replacePattern } from './pattern.ts';

/** A value as `$@` has it, or as all others do. */
type Value = string | readonly string[] | undefined;

const SPECIAL = /^[@*#?$!0-9-]$/;

/** Expands words for commands: everything, splitting and file names included. */
export async function expandWords(shell: Shell, words: readonly Word[]): Promise<string[]> {
  const out: string[] = [];
  for (const word of words) {
    for (const one of bracesOf(shell, word)) {
      const ifs = shell.state.get('IFS') ?? ' \t\n';
      const builder = new FieldBuilder(ifs);
      await expandInto(shell, one, builder, false);
      for (const field of builder.fields()) {
        const names = field.hasGlob && !shell.state.options.has('f') ? fileNames(shell, field) : [];
        if (names.length > 0) out.push(...names);
        else out.push(field.text);
      }
    }
  }
  return out;
}

function bracesOf(shell: Shell, word: Word): Word[] {
  if (shell.state.dialect !== 'bash' || !word.parts?.some(({ type }) => type === 'BraceExpansion')) return [word];
  return expandBraces(word.text).map((text) => wordOf(text));
}

function wordOf(text: string): Word {
  const command = parse(`: ${text}`).commands[0]?.command;
  const word = command?.type === 'Command' ? command.suffix[0] : undefined;
  return word?.type === 'Word' ? word : { type: 'Word', text, value: text, pos: 0, end: 0 };
}

/** For assignments, redirections, `case` and here-documents: one text, nothing is split. */
export async function expandText(shell: Shell, word: Word): Promise<string> {
  const builder = new FieldBuilder(undefined);
  await expandInto(shell, word, builder, false);
  return builder.single().text;
}

export async function expandAssignment(shell: Shell, word: Word): Promise<string> {
  const isPlain = !word.parts && word.text === word.value && word.value.includes(':~');
  if (!isPlain) return expandText(shell, word);
  return word.value
    .split(':')
    .map((part) => tilde(shell, part))
    .join(':');
}

/** As a pattern, in which what was quoted stands for itself. */
export async function expandPattern(shell: Shell, word: Word): Promise<string> {
  const builder = new FieldBuilder(undefined);
  await expandInto(shell, word, builder, false);
  return builder.single().pattern;
}

/** The body of a here-document. */
export async function expandParts(shell: Shell, parts: readonly WordPart[]): Promise<string> {
  const builder = new FieldBuilder(undefined);
  for (const part of parts) await expandPart(shell, part, builder, true);
  return builder.single().text;
}

function tilde(shell: Shell, text: string): string {
  const found = /^~([\w.-]*)(?=\/|$)/.exec(text);
  if (!found) return text;
  const home = found[1] === '' ? shell.state.get('HOME') : shell.homeOf(found[1]!);
  return home === undefined ? text : home + text.slice(found[0].length);
}

async function expandInto(
  shell: Shell,
  word: Word,
  builder: FieldBuilder,
  isQuoted: boolean,
  isOperand = false,
): Promise<void> {
  const { parts } = word;
  if (!parts) {
    if (word.value === '' && word.text === '') return;
    const isPlain = word.text === word.value;
    const text = isPlain && !isQuoted ? tilde(shell, word.value) : word.value;
    if (isOperand && isPlain && !isQuoted) builder.expansion(text);
    else builder.literal(text);
    return;
  }
  for (const [index, part] of parts.entries()) {
    if (index === 0 && part.type === 'Literal' && !isQuoted && part.text === part.value && part.value.startsWith('~')) {
      builder.literal(tilde(shell, part.value));
    } else await expandPart(shell, part, builder, isQuoted, isOperand);
  }
}

async function expandPart(
  shell: Shell,
  part: WordPart,
  builder: FieldBuilder,
  isQuoted: boolean,
  isOperand = false,
): Promise<void> {
  switch (part.type) {
    case 'Literal':
      if (isOperand && !isQuoted && part.text === part.value) builder.expansion(part.value);
      else builder.literal(part.value);
      return;
    case 'Glob':
      if (isQuoted) builder.literal(part.value);
      else if (part.parts) {
        // `[$x]`: what stands in the brackets is expanded first.
        builder.raw('[');
        for (const child of part.parts) await expandPart(shell, child, builder, false, isOperand);
        builder.raw(']');
      } else builder.raw(part.value);
      return;
    case 'SingleQuoted':
      builder.quoted();
      builder.literal(isQuoted ? part.text : part.value);
      return;
    case 'AnsiCQuoted':
      builder.quoted();
      builder.literal(part.value);
      return;
    case 'DoubleQuoted':
    case 'LocaleString': {
      const isOnlyArguments = part.parts.length === 1 && /^\$(@|\{@\})$/.test(part.parts[0]!.text);
      if (!isOnlyArguments) builder.quoted();
      for (const child of part.parts) await expandPart(shell, child, builder, true);
      return;
    }
    case 'SimpleExpansion':
      return addValue(shell, simpleValue(shell, part), builder, isQuoted, part.text === '$*');
    case 'ParameterExpansion':
      return expandParameter(shell, part, builder, isQuoted);
    case 'CommandExpansion': {
      const output = part.script ? await shell.capture(part.script, part.text) : '';
      return addValue(shell, output, builder, isQuoted, false);
    }
    case 'ArithmeticExpansion':
      return addValue(shell, String(await arithmetic(shell, part.text.slice(3, -2))), builder, isQuoted, false);
    case 'ProcessSubstitution':
      await shell.complain('process substitution is not supported in this simulated shell', part.pos);
      throw shell.fatal(2);
    default:
      if (isQuoted) builder.literal(part.text);
      else builder.raw(part.text);
  }
}

function addValue(shell: Shell, value: Value, builder: FieldBuilder, isQuoted: boolean, joins: boolean): void {
  if (value === undefined) return;
  if (typeof value === 'string') {
    if (isQuoted) builder.literal(value);
    else builder.expansion(value);
    return;
  }
  if (joins && (isQuoted || !builder.splits)) {
    const ifs = shell.state.get('IFS');
    const glue = ifs === undefined ? ' ' : ifs.slice(0, 1);
    builder.literal(value.join(glue));
    return;
  }
  value.forEach((one, index) => {
    if (index > 0) {
      if (builder.splits) builder.breakHere(isQuoted);
      else builder.literal(' ');
    }
    if (isQuoted) builder.literal(one);
    else builder.expansion(one);
  });
}

function simpleValue(shell: Shell, { text, pos }: SimpleExpansionPart): Value {
  return shell.checked(text.slice(1), shell.valueOf(text.slice(1)), pos);
}

/** Expands `$…` of an arithmetic expression as in double quotes, then evaluates it. */
export async function arithmetic(shell: Shell, source: string): Promise<bigint> {
  const needs = /[$`"'\\]/.test(source);
  let text = source;
  if (needs) {
    const word = wordOf(`"${source.replaceAll('"', '')}"`);
    text = await expandText(shell, word);
  }
  try {
    return evaluateArithmetic(text, {
      get: (name) => {
        const value = shell.valueOf(name);
        return typeof shell.checked(name, value, 0) === 'string' ? (value as string) : undefined;
      },
      set: (name, value) => shell.assign(name, value),
    });
  } catch (error) {
    if (!(error instanceof ArithmeticFailure)) throw error;
    const said =
      shell.state.dialect === 'dash'
        ? `arithmetic expression: ${dashWords(error.message)}: "${text}"`
        : error.message === 'division by zero' && shell.state.dialect === 'ash'
          ? 'divide by zero'
          : error.message;
    await shell.complain(said);
    throw shell.fatal(2);
  }
}

const dashWords = (message: string): string => (message === 'arithmetic syntax error' ? 'expecting primary' : message);

async function expandParameter(
  shell: Shell,
  part: ParameterExpansionPart,
  builder: FieldBuilder,
  isQuoted: boolean,
): Promise<void> {
  const { parameter, prefix, operation } = part;
  if (
    part.index ||
    !/^([A-Za-z_]\w*|\d+|[@*#?$!-])$/.test(parameter) ||
    operation?.type === 'Unknown' ||
    operation?.type === 'Names'
  ) {
    await shell.complain(
      part.index ? 'arrays are not supported in this simulated shell' : 'bad substitution',
      part.pos,
    );
    throw shell.fatal(2);
  }
  let value = shell.valueOf(parameter);
  if (prefix === '#') {
    value = shell.checked(parameter, value, part.pos);
    const length = Array.isArray(value) ? value.length : [...((value as string | undefined) ?? '')].length;
    return addValue(shell, String(length), builder, isQuoted, false);
  }
  if (prefix === '!') value = typeof value === 'string' ? shell.valueOf(value) : undefined;
  const joins = parameter === '*';
  if (!operation) return addValue(shell, shell.checked(parameter, value, part.pos), builder, isQuoted, joins);
  if (operation.type === 'Default') {
    const { operator, operand } = operation;
    const isNull = Array.isArray(value) ? value.length === 0 || (value.length === 1 && value[0] === '') : value === '';
    const isSet =
      value !== undefined && !(Array.isArray(value) && value.length === 0) && !(operator.startsWith(':') && isNull);
    const kind = operator.at(-1)!;
    if (kind === '+') {
      if (isSet) await expandInto(shell, operand, builder, isQuoted, true);
      return;
    }
    if (isSet) return addValue(shell, value, builder, isQuoted, joins);
    if (kind === '-') return expandInto(shell, operand, builder, isQuoted, true);
    if (kind === '=') {
      if (SPECIAL.test(parameter)) {
        await shell.complain(`${parameter}: bad variable name`, part.pos);
        throw shell.fatal(2);
      }
      const text = await expandText(shell, operand);
      shell.assign(parameter, text);
      return addValue(shell, text, builder, isQuoted, false);
    }
    const text = await expandText(shell, operand);
    await shell.complain(
      `${parameter}: ${text || (shell.state.dialect === 'bash' ? 'parameter null or not set' : operator === '?' ? 'parameter not set' : 'parameter not set or null')}`,
      part.pos,
    );
    throw shell.fatal(shell.state.dialect === 'bash' ? 127 : 2);
  }
  const checked = shell.checked(parameter, value, part.pos) ?? '';
  const change = await changeOf(shell, operation);
  const changed = Array.isArray(checked) ? checked.map(change) : change(checked as string);
  addValue(shell, changed, builder, isQuoted, joins);
}

type Operation = Exclude<ParameterExpansionPart['operation'], undefined>;

async function changeOf(shell: Shell, operation: Operation): Promise<(text: string) => string> {
  if (operation.type === 'Remove') {
    const pattern = await expandPattern(shell, operation.operand);
    return (text) => removeAffix(text, pattern, operation.operator);
  }
  if (operation.type === 'Replace') {
    const pattern = await expandPattern(shell, operation.pattern);
    const replacement = await expandText(shell, operation.replacement);
    return (text) => replacePattern(text, pattern, replacement, operation.operator);
  }
  if (operation.type === 'Slice') {
    const offset = Number(await arithmetic(shell, operation.offset.text));
    const length = operation.length && Number(await arithmetic(shell, operation.length.text));
    return (text) => {
      const start = offset < 0 ? text.length + offset : offset;
      if (start < 0) return '';
      return text.slice(start, length === undefined ? undefined : length < 0 ? text.length + length : start + length);
    };
  }
  if (operation.type === 'CaseModification') {
    const { operator } = operation;
    const turn = (text: string) => (operator[0] === '^' ? text.toUpperCase() : text.toLowerCase());
    return (text) => (operator.length === 2 ? turn(text) : turn(text.slice(0, 1)) + text.slice(1));
  }
  return (text) => text;
}

/** Files that a pattern names, sorted; none when nothing matches. */
function fileNames(shell: Shell, { pattern }: Field): string[] {
  const { files } = shell.process;
  const isAbsolute = pattern.startsWith('/');
  const parts = pattern.split('/').filter((part, index) => part !== '' || index > 0);
  let found: string[] = [isAbsolute ? '/' : ''];
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    const next: string[] = [];
    if (part === '') {
      found = found.filter((base) => files.find(base)?.type === 'directory').map((base) => `${base}/`);
      continue;
    }
    const test = hasWildcard(part) ? matcher(part) : undefined;
    for (const base of found) {
      const prefix = base === '' || base.endsWith('/') ? base : `${base}/`;
      if (!test) {
        const name = prefix + part.replace(/\\(.)/g, '$1');
        if (!isLast || exists(shell, name)) next.push(name);
        continue;
      }
      const node = files.find(base || '.');
      if (node?.type !== 'directory' || !files.mayAccess(base || '.', 4)) continue;
      const names =
        base === '/' || base === ''
          ? files.readDirectory(base || '.').map(([name]) => name)
          : [...entriesOf(node).keys()];
      for (const name of names.sort()) {
        if (name.startsWith('.') && !part.startsWith('.')) continue;
        if (test(name)) next.push(prefix + name);
      }
    }
    found = next;
    if (found.length === 0) return [];
  }
  return found.sort();
}

function exists(shell: Shell, path: string): boolean {
  try {
    shell.process.files.lstat(path);
    return true;
  } catch {
    return false;
  }
}

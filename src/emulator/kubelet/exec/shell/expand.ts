import {
  type ParameterExpansionPart,
  type ProcessSubstitutionPart,
  parse,
  type SimpleExpansionPart,
  type Word,
  type WordPart,
} from 'unbash';
import { ArithmeticFailure, evaluateArithmetic } from './arithmetic.ts';
import { elementOf, elementsOf, isMap, keyFor, REFERENCE, setElement } from './arrays.ts';
import { expandBraces } from './braces.ts';
import type { Shell } from './context.ts';
import { FieldBuilder } from './fields.ts';
import { fileNames } from './file-names.ts';
import { removeAffix, replacePattern } from './pattern.ts';
import { type Dialect, lineAt } from './syntax.ts';
import { transforms } from './transform.ts';

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
        else if (!(field.hasGlob && shell.state.shellOptions.has('nullglob'))) out.push(field.text);
      }
    }
  }
  return out;
}

function bracesOf(shell: Shell, word: Word): Word[] {
  if (shell.state.dialect !== 'bash' || !word.parts?.some(({ type }) => type === 'BraceExpansion')) return [word];
  return expandBraces(word.text).map((text) => wordOf(text));
}

/** Text of the source as a word. */
export function wordOf(text: string): Word {
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
      // dash does not know these quotes.
      builder.literal(shell.state.dialect === 'dash' ? `$${part.text.slice(2, -1)}` : part.value);
      return;
    case 'DoubleQuoted':
    case 'LocaleString': {
      const isOnlyArguments = part.parts.length === 1 && /^\$(@|\{(@|!?\w+\[@\])[^+]*\})$/.test(part.parts[0]!.text);
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
      builder.literal(shell.substitute(part as ProcessSubstitutionPart));
      return;
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
  if (text === '$LINENO') return String(lineAt(shell.state.source, pos));
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
      hasArrays: shell.state.dialect === 'bash',
      isMap: (name) => isMap(shell.state, name),
      get: (name, key) => {
        if (key !== undefined) return elementOf(shell.state, name, positive(shell, name, key));
        const value = shell.valueOf(name);
        return typeof shell.checked(name, value, 0) === 'string' ? (value as string) : undefined;
      },
      set: (name, value, key) => {
        if (key === undefined) shell.assign(name, value);
        else setElement(shell.state, name, positive(shell, name, key), value);
      },
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

const positive = (shell: Shell, name: string, key: string): string =>
  /^-\d+$/.test(key) ? (keyFor(shell.state, name, BigInt(key)) ?? '') : key;

/**
 * The key of the element that `name[index]` means.
 * @throws FatalJump for an index that leads before the first
 */
export async function keyOf(shell: Shell, name: string, index: Word): Promise<string> {
  if (isMap(shell.state, name)) return expandText(shell, index);
  const key = keyFor(shell.state, name, await arithmetic(shell, index.text));
  if (key !== undefined) return key;
  await shell.complain(`${name}: bad array subscript`, index.pos);
  throw shell.fatal(1);
}

/** What `name`, `name[index]` or `name[@]` is, given as text. */
async function valueOfReference(shell: Shell, text: string): Promise<Value> {
  const [, name = '', index = ''] = REFERENCE.exec(text) ?? [];
  if (!name) return shell.valueOf(text);
  if (index === '@' || index === '*') return elementsOf(shell.state, name).map(([, value]) => value);
  return elementOf(shell.state, name, await keyOf(shell, name, wordOf(index)));
}

const dashWords = (message: string): string => (message === 'arithmetic syntax error' ? 'expecting primary' : message);

async function expandParameter(
  shell: Shell,
  part: ParameterExpansionPart,
  builder: FieldBuilder,
  isQuoted: boolean,
): Promise<void> {
  const { parameter, prefix, operation, index, pos } = part;
  const { dialect } = shell.state;
  const isBash = dialect === 'bash';
  const isBad =
    !/^([A-Za-z_]\w*|\d+|[@*#?$!-])$/.test(parameter) ||
    operation?.type === 'Unknown' ||
    (operation !== undefined && Object.hasOwn(BEYOND[dialect], operation.type)) ||
    (!isBash && (index !== undefined || prefix === '!'));
  if (isBad) {
    await shell.complain(badWords(dialect, part.text), pos);
    throw shell.fatal(isBash ? 1 : 2);
  }
  const isAll = index?.text === '@' || index?.text === '*';
  if (operation?.type === 'Names') {
    const names = [...shell.state.variables.keys()].filter((name) => name.startsWith(parameter)).sort();
    return addValue(shell, names, builder, isQuoted, operation.operator === '*');
  }
  let title = parameter;
  let value: Value;
  if (index && isAll) value = elementsOf(shell.state, parameter).map(([, one]) => one);
  else if (index) {
    const key = await keyOf(shell, parameter, index);
    title = `${parameter}[${index.text}]`;
    value = elementOf(shell.state, parameter, key);
  } else value = parameter === 'LINENO' ? String(lineAt(shell.state.source, pos)) : shell.valueOf(parameter);
  const joins = parameter === '*' || index?.text === '*';
  if (prefix === '#') {
    value = shell.checked(title, value, pos);
    const length = Array.isArray(value) ? value.length : [...((value as string | undefined) ?? '')].length;
    return addValue(shell, String(length), builder, isQuoted, false);
  }
  if (prefix === '!' && isAll) value = elementsOf(shell.state, parameter).map(([key]) => key);
  else if (prefix === '!') value = typeof value === 'string' ? await valueOfReference(shell, value) : undefined;
  if (!operation) return addValue(shell, shell.checked(title, value, pos), builder, isQuoted, joins);
  if (operation.type === 'Slice' && Array.isArray(value)) {
    const numbered = index
      ? elementsOf(shell.state, parameter).map(([key, one], at): [number, string] => [
          isMap(shell.state, parameter) ? at : Number(key),
          one,
        ])
      : [shell.state.name, ...shell.state.args].map((one, at): [number, string] => [at, one]);
    return addValue(shell, await slice(shell, numbered, operation), builder, isQuoted, joins);
  }
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
        await shell.complain(`${parameter}: bad variable name`, pos);
        throw shell.fatal(2);
      }
      const text = await expandText(shell, operand);
      if (index) setElement(shell.state, parameter, await keyOf(shell, parameter, index), text);
      else shell.assign(parameter, text);
      return addValue(shell, text, builder, isQuoted, false);
    }
    const text = await expandText(shell, operand);
    await shell.complain(
      `${parameter}: ${text || (shell.state.dialect === 'bash' ? 'parameter null or not set' : operator === '?' ? 'parameter not set' : 'parameter not set or null')}`,
      pos,
    );
    throw shell.fatal(
      isBash ? (shell.process.parent && shell.process.argv === shell.process.parent.argv ? 1 : 127) : 2,
    );
  }
  const checked = shell.checked(title, value, pos) ?? '';
  const change = await changeOf(shell, operation);
  const changed = Array.isArray(checked) ? checked.map(change) : change(checked as string);
  addValue(shell, changed, builder, isQuoted, joins);
}

/** Elements from an index on: so many, or up to so many before the end. */
async function slice(
  shell: Shell,
  items: readonly [index: number, value: string][],
  { offset, length }: Extract<Operation, { type: 'Slice' }>,
): Promise<string[]> {
  const from = Number(await arithmetic(shell, offset.text));
  const first = from < 0 ? (items.at(-1)?.[0] ?? 0) + 1 + from : from;
  const found = items.filter(([index]) => first >= 0 && index >= first).map(([, value]) => value);
  return length ? found.slice(0, Number(await arithmetic(shell, length.text))) : found;
}

/** Operations that a shell does not know. */
const BEYOND: Readonly<Record<Dialect, Partial<Record<Operation['type'], true>>>> = {
  bash: {},
  ash: { CaseModification: true, Transform: true, Names: true },
  dash: { CaseModification: true, Transform: true, Names: true, Slice: true, Replace: true },
};

const badWords = (dialect: Dialect, text: string): string =>
  ({ bash: `${text}: bad substitution`, dash: 'Bad substitution', ash: 'syntax error: bad substitution' })[dialect];

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
  if (operation.type === 'Transform') return transforms[operation.operand?.text ?? ''] ?? ((text) => text);
  return (text) => text;
}

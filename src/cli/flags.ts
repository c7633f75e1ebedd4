import type { FlagSpec, FlagValues } from '../commands/command.ts';
import { parseGoDuration } from '../lib/duration.ts';
import { KctlError } from '../lib/errors.ts';

/** A command line after its flags were taken out. */
export interface ParsedFlags {
  args: string[];
  afterDash: string[] | undefined;
  values: FlagValues;
  given: Set<string>;
}

type FlagValue = string | number | boolean | readonly string[];

/** The two ways of finding a flag's spec; built once per parse. */
export class FlagTable {
  readonly byName = new Map<string, FlagSpec>();
  readonly byShort = new Map<string, FlagSpec>();

  /** Earlier lists win, so a command may take a letter or a name that is also a global one. */
  constructor(...lists: readonly (readonly FlagSpec[])[]) {
    for (const spec of lists.flat()) {
      if (!this.byName.has(spec.name)) this.byName.set(spec.name, spec);
      if (spec.short !== undefined && !this.byShort.has(spec.short)) this.byShort.set(spec.short, spec);
    }
  }

  long(name: string): FlagSpec | undefined {
    return this.byName.get(name.replaceAll('_', '-'));
  }

  short(letter: string): FlagSpec | undefined {
    return this.byShort.get(letter);
  }
}

/**
 * Reads `argv` with the grammar of Go's pflag: flags anywhere before `--`, `--name=value`,
 * `--name value`, `-ovalue`, `-o=value`, `-o value`, bundled bools (`-Aw`), underscores as dashes.
 * @throws KctlError `usage` with pflag's own sentence.
 */
export function parseFlags(argv: readonly string[], table: FlagTable): ParsedFlags {
  const values: Record<string, FlagValue | undefined> = {};
  for (const spec of table.byName.values()) values[spec.name] = spec.default;
  const parsed: ParsedFlags = { args: [], afterDash: undefined, values, given: new Set() };
  const set = (spec: FlagSpec, text: string) => {
    values[spec.name] = combine(spec, text, parsed.given.has(spec.name) ? values[spec.name] : undefined);
    parsed.given.add(spec.name);
  };

  for (let index = 0; index < argv.length; index++) {
    const word = argv[index]!;
    if (word === '--') {
      parsed.afterDash = argv.slice(index + 1);
      break;
    }
    if (word.startsWith('--')) index += longFlag(word, argv[index + 1], table, set);
    else if (word.length > 1 && word.startsWith('-')) index += shortFlags(word, argv[index + 1], table, set);
    else parsed.args.push(word);
  }
  return parsed;
}

type Setter = (spec: FlagSpec, text: string) => void;

/** @returns how many of the following words were taken as a value */
function longFlag(word: string, next: string | undefined, table: FlagTable, set: Setter): 0 | 1 {
  const body = word.slice(2);
  if (body.startsWith('-') || body.startsWith('=')) throw flagError(`bad flag syntax: ${word}`);
  const equals = body.indexOf('=');
  const name = equals < 0 ? body : body.slice(0, equals);
  const spec = table.long(name);
  if (!spec) throw flagError(`unknown flag: --${name}`);
  if (equals >= 0) {
    set(spec, body.slice(equals + 1));
    return 0;
  }
  const bare = bareValue(spec);
  if (bare !== undefined) {
    set(spec, bare);
    return 0;
  }
  if (next === undefined) throw flagError(`flag needs an argument: --${name}`);
  set(spec, next);
  return 1;
}

/** One word of short flags: bools may be bundled, the first that takes a value ends the bundle. */
function shortFlags(word: string, next: string | undefined, table: FlagTable, set: Setter): 0 | 1 {
  for (let rest = word.slice(1); rest !== ''; ) {
    const letter = rest[0]!;
    const spec = table.short(letter);
    if (!spec) throw flagError(`unknown shorthand flag: '${letter}' in -${rest}`);
    if (rest.length > 2 && rest[1] === '=') {
      set(spec, rest.slice(2));
      return 0;
    }
    const bare = bareValue(spec);
    if (bare !== undefined) {
      set(spec, bare);
      rest = rest.slice(1);
      continue;
    }
    if (rest.length > 1) {
      set(spec, rest.slice(1));
      return 0;
    }
    if (next === undefined) throw flagError(`flag needs an argument: '${letter}' in -${rest}`);
    set(spec, next);
    return 1;
  }
  return 0;
}

/** What the flag means when it stands alone; undefined where it must have a value. */
export function bareValue(spec: FlagSpec): string | undefined {
  return spec.bare ?? (spec.type === 'bool' ? 'true' : undefined);
}

function combine(spec: FlagSpec, text: string, before: FlagValue | undefined): FlagValue {
  try {
    return readers[spec.type](text, Array.isArray(before) ? before : []);
  } catch (error) {
    const names = spec.short === undefined ? `--${spec.name}` : `-${spec.short}, --${spec.name}`;
    const reason = error instanceof Error ? error.message : String(error);
    throw flagError(`invalid argument ${JSON.stringify(text)} for "${names}" flag: ${reason}`);
  }
}

/** strconv.ParseBool's spellings. */
const bools = new Map<string, boolean>([
  ...['1', 't', 'T', 'true', 'TRUE', 'True'].map((word) => [word, true] as const),
  ...['0', 'f', 'F', 'false', 'FALSE', 'False'].map((word) => [word, false] as const),
]);

/** A value of each flag type from its text; arrays also get what earlier flags gave. */
const readers: Record<FlagSpec['type'], (text: string, before: readonly string[]) => FlagValue> = {
  string: (text) => text,
  bool(text) {
    const value = bools.get(text);
    if (value === undefined) throw new Error(`strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`);
    return value;
  },
  int: (text) => readInteger(text, Number.MAX_SAFE_INTEGER),
  int32: (text) => readInteger(text, 2 ** 31 - 1),
  duration(text) {
    parseGoDuration(text);
    return text;
  },
  stringArray: (text, before) => [...before, text],
  stringSlice: (text, before) => [...before, ...splitCsv(text)],
};

/** @throws Error where the text is no whole number, or one beyond `most` */
function readInteger(text: string, most: number): number {
  const failure = (why: string) => new Error(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`);
  if (!/^[+-]?(0[xX][0-9a-fA-F]+|0[oO]?[0-7]*|0[bB][01]+|[1-9][0-9]*)$/.test(text)) throw failure('invalid syntax');
  const value = integerValue(text);
  if (value > most || value < -most - 1) throw failure('value out of range');
  return value;
}

/** Base prefixes as Go's ParseInt with base 0 reads them; a leading 0 is octal. */
function integerValue(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[+-]/, '').replace(/^0([0-7]+)$/, '0o$1');
  return sign * Number(digits);
}

/** One record of comma separated values; a quoted field may hold commas and doubled quotes. */
function splitCsv(text: string): string[] {
  if (text === '') return [];
  if (!text.includes('"')) return text.split(',');
  const fields: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  do {
    const match = field.exec(text);
    if (!match) throw new Error(`parse error on line 1, column ${field.lastIndex + 2}: bare " in non-quoted-field`);
    fields.push(match[1] === undefined ? (match[2] ?? '') : match[1].replaceAll('""', '"'));
    if (match[3] === '') break;
  } while (field.lastIndex <= text.length);
  return fields;
}

function flagError(message: string): KctlError {
  return new KctlError('usage', message);
}

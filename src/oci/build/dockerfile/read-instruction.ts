import { parseGoDuration } from '../../../lib/duration.ts';
import { nearestName } from '../../../lib/nearest-name.ts';
import type { Directives } from './directives.ts';
import type { CommandLine, Copy, HealthTest, Instruction } from './instruction.ts';
import { DockerfileError } from './source-error.ts';
import { readStatement, type Statement } from './statements.ts';
import { jsonWords, NotTexts, splitWords } from './words.ts';

type Common = Pick<Instruction, 'range' | 'original' | 'word'>;

interface Reader {
  /** Flags that it takes; `*` behind one that may stand several times, `?` behind one that needs no value. */
  flags?: readonly string[];
  read(statement: Statement, common: Common, flags: Flags, escaper: string): Instruction;
}

type Flags = ReadonlyMap<string, readonly string[]>;

/**
 * What a statement means. Words keep their variables, quotes and escapes: what those are is known when it is built.
 * Messages are docker's.
 * @throws DockerfileError
 */
export function readInstruction(statement: Statement, { escape: escaper }: Directives): Instruction {
  const { name, word, range, original } = statement;
  const reader = readers[name];
  if (!reader) {
    const near = nearestName(name, Object.keys(readers));
    throw new DockerfileError(`unknown instruction: ${word}${near ? ` (did you mean ${near}?)` : ''}`, range);
  }
  const flags = flagsOf(statement, reader.flags ?? []);
  try {
    return reader.read(statement, { range, original, word }, flags, escaper);
  } catch (error) {
    throw error instanceof NotTexts ? new DockerfileError(error.message, range) : error;
  }
}

function flagsOf({ name, flags, range }: Statement, known: readonly string[]): Flags {
  const found = new Map<string, string[]>();
  for (const { name: flag, value } of flags) {
    const spec = known.find((one) => one.replace(/[*?]$/, '') === flag);
    if (spec === undefined) {
      const near = nearestName(
        flag,
        known.map((one) => one.replace(/[*?]$/, '')),
      );
      throw new DockerfileError(`unknown flag: --${flag}${near ? ` (did you mean ${near}?)` : ''}`, range);
    }
    if (value === undefined && !spec.endsWith('?'))
      throw new DockerfileError(`missing a value on flag: --${flag}`, range);
    const before = found.get(flag);
    if (before && !spec.endsWith('*')) throw new DockerfileError(`duplicate flag specified: ${flag}`, range);
    found.set(flag, [...(before ?? []), value ?? 'true']);
  }
  // Its own arguments begin with dashes, too: only what stands before them is the instruction's.
  if (name === 'ONBUILD' && found.size > 0) throw new DockerfileError('ONBUILD takes no flags', range);
  return found;
}

/** Cut at blanks alone: what stands in quotes is not kept together (BuildKit, parseStringsWhitespaceDelimited). */
const blankWords = (text: string): string[] => text.split(/\s+/).filter(Boolean);

const first = (flags: Flags, name: string): string | undefined => flags.get(name)?.[0];

function isOn(flags: Flags, name: string, { range }: Common): boolean | undefined {
  const value = first(flags, name)?.toLowerCase();
  if (value === undefined || value === 'true' || value === 'false') return value && value === 'true';
  throw new DockerfileError(`expecting boolean value for flag ${name}, not: ${value}`, range);
}

function commandLine(rest: string): CommandLine {
  const words = jsonWords(rest);
  return words ? { form: 'exec', words } : { form: 'shell', line: rest };
}

const atLeastOne = (name: string, common: Common) =>
  new DockerfileError(`${name} requires at least one argument`, common.range);

const readers: Readonly<Record<string, Reader>> = {
  FROM: {
    flags: ['platform'],
    read({ rest }, common, flags) {
      const words = rest.split(/\s+/).filter(Boolean);
      const [base = '', as = '', stage] = words;
      const isNamed = words.length === 3 && as.toUpperCase() === 'AS';
      if (words.length !== 1 && !isNamed) {
        throw new DockerfileError('FROM requires either one or three arguments', common.range);
      }
      if (stage !== undefined && !/^[a-z][a-z0-9-_.]*$/.test(stage.toLowerCase())) {
        const why = "name can't start with a number or contain symbols";
        throw new DockerfileError(`invalid name for build stage: ${JSON.stringify(stage)}, ${why}`, common.range);
      }
      return { name: 'FROM', ...common, base, stage, as, platform: first(flags, 'platform') };
    },
  },
  RUN: {
    flags: ['mount*', 'network', 'security', 'device*'],
    read({ rest, heredocs }, common, flags) {
      if (rest === '') throw atLeastOne('RUN', common);
      if (flags.get('mount')?.some((mount) => /(?:^|,)"?from=[^,]*\$[^,]/i.test(mount))) {
        const why = "'from' doesn't support variable expansion, define alias stage instead";
        throw new DockerfileError(why, common.range);
      }
      const options = { mounts: flags.get('mount') ?? [], network: first(flags, 'network') };
      return {
        name: 'RUN',
        ...common,
        ...options,
        security: first(flags, 'security'),
        devices: flags.get('device') ?? [],
        command: heredocs.length > 0 ? { form: 'shell', line: rest } : commandLine(rest),
        heredocs,
      };
    },
  },
  COPY: {
    flags: ['from', 'chown', 'chmod', 'link?', 'parents?', 'exclude*'],
    read: (statement, common, flags, escaper) => readCopy('COPY', statement, common, flags, escaper),
  },
  ADD: {
    flags: ['chown', 'chmod', 'link?', 'checksum', 'keep-git-dir?', 'unpack?', 'exclude*'],
    read: (statement, common, flags, escaper) => readCopy('ADD', statement, common, flags, escaper),
  },
  ENV: { read: (statement, common, _, escaper) => readKeyValues('ENV', statement, common, escaper) },
  LABEL: { read: (statement, common, _, escaper) => readKeyValues('LABEL', statement, common, escaper) },
  ARG: {
    read({ rest }, common, _, escaper) {
      const words = splitWords(rest, escaper);
      if (words.length === 0) throw atLeastOne('ARG', common);
      const pairs = words.map((word) => {
        const equals = word.indexOf('=');
        if (equals === 0) throw new DockerfileError('ARG names can not be blank', common.range);
        return equals < 0
          ? { key: word, value: undefined }
          : { key: word.slice(0, equals), value: word.slice(equals + 1) };
      });
      return { name: 'ARG', ...common, pairs };
    },
  },
  CMD: { read: ({ rest }, common) => ({ name: 'CMD', ...common, command: commandLine(rest) }) },
  ENTRYPOINT: {
    read({ rest }, common) {
      if (rest === '') throw atLeastOne('ENTRYPOINT', common);
      return { name: 'ENTRYPOINT', ...common, command: commandLine(rest) };
    },
  },
  SHELL: {
    read({ rest }, common) {
      const words = jsonWords(rest);
      if (!words) throw new DockerfileError('SHELL requires the arguments to be in JSON form', common.range);
      if (words.length === 0) throw atLeastOne('SHELL', common);
      return { name: 'SHELL', ...common, words };
    },
  },
  EXPOSE: {
    read({ rest }, common) {
      const values = blankWords(rest);
      if (values.length === 0) throw atLeastOne('EXPOSE', common);
      return { name: 'EXPOSE', ...common, values };
    },
  },
  VOLUME: {
    read({ rest }, common) {
      const values = jsonWords(rest) ?? blankWords(rest);
      if (values.length === 0) throw atLeastOne('VOLUME', common);
      if (values.some((value) => value.trim() === '')) {
        throw new DockerfileError('VOLUME specified can not be an empty string', common.range);
      }
      return { name: 'VOLUME', ...common, values };
    },
  },
  ...Object.fromEntries(
    (['USER', 'WORKDIR', 'STOPSIGNAL', 'MAINTAINER'] as const).map((name): [string, Reader] => [
      name,
      {
        read({ rest }, common) {
          if (rest === '') throw new DockerfileError(`${name} requires exactly one argument`, common.range);
          return { name, ...common, value: rest };
        },
      },
    ]),
  ),
  HEALTHCHECK: {
    flags: ['interval', 'timeout', 'start-period', 'start-interval', 'retries'],
    read: (statement, common, flags) => ({
      name: 'HEALTHCHECK',
      ...common,
      health: readHealth(statement, common, flags),
    }),
  },
  ONBUILD: {
    read({ rest, heredocs }, common, _, escaper) {
      if (rest === '') throw atLeastOne('ONBUILD', common);
      const inner = readStatement(rest, common.range, escaper);
      const { name } = inner;
      if (name === 'ONBUILD') {
        throw new DockerfileError("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", common.range);
      }
      if (name === 'FROM' || name === 'MAINTAINER') {
        throw new DockerfileError(`${name} isn't allowed as an ONBUILD trigger`, common.range);
      }
      const texts = heredocs.map(({ content, name: end }) => `\n${content}${end}`);
      const trigger = `${rest}${texts.join('')}`;
      return { name: 'ONBUILD', ...common, trigger, statement: { ...inner, heredocs, original: trigger } };
    },
  },
};

const HEREDOC = /^\d*<<-?[^<]+$/;

function readCopy(name: Copy['name'], statement: Statement, common: Common, flags: Flags, escaper: string): Copy {
  const { rest, heredocs } = statement;
  // Names of heredocs may be in quotes.
  const words = jsonWords(rest) ?? (heredocs.length > 0 ? splitWords(rest, escaper) : blankWords(rest));
  if (words.length === 0) throw atLeastOne(name, common);
  if (words.length === 1) {
    const why = 'but only one was provided. Destination could not be determined';
    throw new DockerfileError(`${name} requires at least two arguments, ${why}`, common.range);
  }
  if (heredocs.length > 0 && HEREDOC.test(words.at(-1)!)) {
    throw new DockerfileError(`${name} cannot accept a heredoc as a destination`, common.range);
  }
  return {
    ...{ name, ...common, heredocs },
    sources: words.slice(0, -1).filter((word) => heredocs.length === 0 || !HEREDOC.test(word)),
    destination: words.at(-1)!,
    from: first(flags, 'from'),
    chown: first(flags, 'chown'),
    chmod: first(flags, 'chmod'),
    checksum: first(flags, 'checksum'),
    link: isOn(flags, 'link', common) ?? false,
    parents: isOn(flags, 'parents', common) ?? false,
    keepGitDir: isOn(flags, 'keep-git-dir', common) ?? false,
    unpack: isOn(flags, 'unpack', common),
    excludes: flags.get('exclude') ?? [],
  };
}

function readKeyValues(name: 'ENV' | 'LABEL', { rest }: Statement, common: Common, escaper: string): Instruction {
  const words = splitWords(rest, escaper);
  if (words.length === 0) throw atLeastOne(name, common);
  if (!words[0]!.includes('=')) {
    const [, key = '', value] = /^(\S+)\s+([\s\S]+)$/.exec(rest) ?? [];
    if (value === undefined) throw new DockerfileError(`${name} must have two arguments`, common.range);
    return { name, ...common, pairs: [{ key, value }], isLegacy: true };
  }
  const pairs = words.map((word) => {
    const equals = word.indexOf('=');
    if (equals < 0) {
      throw new DockerfileError(
        `Syntax error - can't find = in ${JSON.stringify(word)}. Must be of the form: name=value`,
        common.range,
      );
    }
    if (equals === 0) throw new DockerfileError(`${name} names can not be blank`, common.range);
    return { key: word.slice(0, equals), value: word.slice(equals + 1) };
  });
  return { name, ...common, pairs, isLegacy: false };
}

/** Flags of durations, by what they are called in image configs. */
const durations = {
  interval: 'Interval',
  timeout: 'Timeout',
  'start-period': 'StartPeriod',
  'start-interval': 'StartInterval',
} as const;

function readHealth({ rest }: Statement, common: Common, flags: Flags): HealthTest {
  const [, type = '', command = ''] = /^(\S+)\s*([\s\S]*)$/.exec(rest) ?? [];
  if (type === '') throw atLeastOne('HEALTHCHECK', common);
  if (type.toUpperCase() === 'NONE') {
    if (command !== '') throw new DockerfileError('HEALTHCHECK NONE takes no arguments', common.range);
    return { Test: ['NONE'] };
  }
  if (type.toUpperCase() !== 'CMD') {
    throw new DockerfileError(`Unknown type ${JSON.stringify(type)} in HEALTHCHECK (try CMD)`, common.range);
  }
  if (command === '') throw new DockerfileError('Missing command after HEALTHCHECK CMD', common.range);
  const words = jsonWords(command);
  const health: HealthTest = { Test: words ? ['CMD', ...words] : ['CMD-SHELL', command] };
  for (const [flag, field] of Object.entries(durations)) {
    const text = first(flags, flag);
    if (text !== undefined) health[field] = nanoseconds(flag, text, common);
  }
  const retries = first(flags, 'retries');
  if (retries !== undefined) {
    if (/^-\d+$/.test(retries)) {
      throw new DockerfileError(`--retries cannot be negative (${Number(retries)})`, common.range);
    }
    if (!/^\d+$/.test(retries)) {
      throw new DockerfileError(`strconv.ParseInt: parsing ${JSON.stringify(retries)}: invalid syntax`, common.range);
    }
    health.Retries = Number(retries);
  }
  return health;
}

function nanoseconds(flag: string, text: string, { range }: Common): number {
  let ms: number;
  try {
    ms = parseGoDuration(text);
  } catch {
    throw new DockerfileError(`time: invalid duration ${JSON.stringify(text)}`, range);
  }
  if (ms !== 0 && ms < 1) throw new DockerfileError(`Interval "${flag}" cannot be less than 1ms`, range);
  return ms * 1e6;
}

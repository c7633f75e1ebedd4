import { isSystemError } from '../fs/errors.ts';
import type { Handle } from '../process/handle.ts';
import { linesOf } from '../process/lines.ts';
import { openFile } from '../process/open-file.ts';
import { breathe } from '../process/pace.ts';
import type { Process, Program } from '../process/process.ts';
import { parseOptions, UsageFailure } from './options.ts';
import { compileRegex, RegexFailure } from './regex.ts';

const LONG = {
  'ignore-case': 'i',
  'invert-match': 'v',
  'line-number': 'n',
  count: 'c',
  quiet: 'q',
  silent: 'q',
  'extended-regexp': 'E',
  'perl-regexp': 'P',
  'fixed-strings': 'F',
  recursive: 'r',
  'files-with-matches': 'l',
  'files-without-match': 'L',
  'only-matching': 'o',
  'word-regexp': 'w',
  'line-regexp': 'x',
  'with-filename': 'H',
  'no-filename': 'h',
  'max-count': 'm',
  'after-context': 'A',
  'before-context': 'B',
  context: 'C',
  'no-messages': 's',
  regexp: 'e',
  file: 'f',
  color: 'z',
  colour: 'z',
  include: 'I',
}; // prettier-ignore

/** 0 when a line was found, 1 when none was, 2 after an error. */
export const grep: Program = async (process, args) => {
  const options = parseOptions(args, 'ivncqEFGPrRlLowxHhm:A:B:C:se:f:zI:a', LONG);
  const operands = [...options.operands];
  const patterns = [...options.values('e')];
  for (const name of options.values('f'))
    patterns.push(...Buffer.from(process.files.readFile(name)).toString().replace(/\n$/, '').split('\n'));
  if (!options.has('e') && !options.has('f')) {
    const first = operands.shift();
    if (first === undefined) throw new UsageFailure('no pattern', 2);
    patterns.push(first);
  }
  const how = {
    extended: options.has('E') || options.has('P') || process.name === 'egrep',
    fixed: options.has('F') || process.name === 'fgrep',
    ignoreCase: options.has('i'),
    wholeLine: options.has('x'),
    wholeWord: options.has('w'),
  };
  let regexes: ReturnType<typeof compileRegex>[];
  try {
    regexes = patterns.flatMap((pattern) => pattern.split('\n')).map((pattern) => compileRegex(pattern, how));
  } catch (error) {
    if (error instanceof RegexFailure) return process.fail(error.message, 2);
    throw error;
  }
  const isRecursive = options.has('r') || options.has('R');
  const names = operands.length > 0 ? operands : isRecursive ? ['.'] : ['-'];
  const files: string[] = [];
  let status = 1;
  const complain = async (name: string, text: string) => {
    status = 2;
    if (!options.has('s')) await process.fail(`${name}: ${text}`);
  };
  for (const name of names) {
    const node = name === '-' ? undefined : process.files.find(name);
    if (node?.type !== 'directory') files.push(name);
    else if (isRecursive) files.push(...(await filesUnder(process, name)));
    else await complain(name, 'Is a directory');
  }
  const isNamed = options.has('H') || (!options.has('h') && (files.length > 1 || isRecursive));
  const job: GrepJob = {
    matches: (text) => regexes.some((regex) => regex.test(text)) !== options.has('v'),
    found: (text) => regexes.flatMap((regex) => [...allMatches(regex, text)]).sort((a, b) => a.start - b.start),
    prefix: (name) => (isNamed ? `${name === '-' ? '(standard input)' : name}:` : ''),
    has: (flag) => options.has(flag),
    most: Number(options.value('m') ?? Number.POSITIVE_INFINITY),
    after: Number(options.value('A') ?? options.value('C') ?? 0),
    before: Number(options.value('B') ?? options.value('C') ?? 0),
  };
  for (const name of files) {
    let handle: Handle;
    try {
      handle = name === '-' ? process.handle(0).share() : openFile(process, name, 'read');
    } catch (error) {
      if (!isSystemError(error)) throw error;
      await complain(name, error.message);
      continue;
    }
    try {
      const count = await search(process, handle, name, job);
      if (count > 0 && status !== 2) status = 0;
      if (count > 0 && options.has('q')) return 0;
    } finally {
      handle.release();
    }
  }
  return status;
};

interface GrepJob {
  matches: (text: string) => boolean;
  found: (text: string) => { start: number; end: number }[];
  prefix: (name: string) => string;
  has: (flag: string) => boolean;
  most: number;
  before: number;
  after: number;
}

function* allMatches(regex: ReturnType<typeof compileRegex>, text: string): Generator<{ start: number; end: number }> {
  for (let at = 0; at <= text.length; ) {
    const match = regex.exec(text, at);
    if (!match) return;
    if (match.end > match.start) yield match;
    at = Math.max(match.end, match.start + 1);
  }
}

async function search(process: Process, handle: Handle, name: string, job: GrepJob): Promise<number> {
  const isQuiet = job.has('q') || job.has('l') || job.has('L') || job.has('c');
  const prefix = job.prefix(name);
  const side = (text: string) => (prefix ? `${text}` : '');
  const held: { number: number; text: string }[] = [];
  let count = 0;
  let number = 0;
  let printed = 0;
  let pending = 0;
  const line = (at: number, text: string, mark: ':' | '-') =>
    process.print(`${side(prefix.slice(0, -1))}${prefix ? mark : ''}${job.has('n') ? `${at}${mark}` : ''}${text}\n`);
  for await (const { text } of linesOf(handle, process.signal)) {
    number++;
    await breathe();
    if (job.matches(text)) {
      count++;
      if (job.has('q')) return count;
      if (job.has('l') || job.has('L')) break;
      if (!isQuiet) {
        if (job.has('o')) {
          if (!job.has('v'))
            for (const { start, end } of job.found(text)) await line(number, text.slice(start, end), ':');
        } else {
          const first = held[0]?.number ?? number;
          if ((job.before > 0 || job.after > 0) && printed > 0 && first > printed + 1) await process.print('--\n');
          for (const one of held.splice(0)) await line(one.number, one.text, '-');
          await line(number, text, ':');
          printed = number;
          pending = job.after;
        }
      }
      if (count >= job.most) break;
    } else if (pending > 0) {
      pending--;
      await line(number, text, '-');
      printed = number;
    } else if (job.before > 0) {
      held.push({ number, text });
      if (held.length > job.before) held.shift();
    }
  }
  if (job.has('l') && count > 0) await process.print(`${name}\n`);
  else if (job.has('L') && count === 0) await process.print(`${name}\n`);
  else if (job.has('c') && !job.has('l') && !job.has('L')) await process.print(`${prefix}${count}\n`);
  return count;
}

async function filesUnder(process: Process, folder: string): Promise<string[]> {
  await breathe();
  process.signal.throwIfAborted();
  const all: string[] = [];
  for (const [name, node] of process.files.readDirectory(folder)) {
    const path = folder === '.' && process.host.flavour === 'gnu' ? name : `${folder.replace(/\/$/, '')}/${name}`;
    if (node.type === 'directory') all.push(...(await filesUnder(process, path)));
    else if (node.type === 'file') all.push(path);
  }
  return all;
}

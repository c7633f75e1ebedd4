import { linesOf } from '../process/lines.ts';
import type { Process, Program } from '../process/process.ts';
import { eachInput, parseOptions, size, UsageFailure } from './options.ts';
import { allLines } from './text.ts';

/** The lines of each input by itself. */
async function linesOfEach(process: Process, names: readonly string[]): Promise<{ all: string[][]; status: number }> {
  const all: string[][] = [];
  const status = await eachInput(process, names, async (handle) => {
    const lines: string[] = [];
    for await (const { text } of linesOf(handle, process.signal)) lines.push(text);
    all.push(lines);
    return undefined;
  });
  return { all, status };
}

const paste: Program = async (process, args) => {
  const options = parseOptions(args, 'sd:', { serial: 's', delimiters: 'd' });
  const marks = [...(options.value('d') ?? '\t').replaceAll('\\t', '\t').replaceAll('\\n', '\n')];
  const join = (parts: readonly string[]) =>
    parts.map((part, index) => (index === 0 ? part : (marks[(index - 1) % marks.length] ?? '') + part)).join('');
  const { all, status } = await linesOfEach(process, options.operands);
  if (options.has('s')) for (const lines of all) await process.print(`${join(lines)}\n`);
  else {
    const most = Math.max(0, ...all.map(({ length }) => length));
    for (let at = 0; at < most; at++) await process.print(`${join(all.map((lines) => lines[at] ?? ''))}\n`);
  }
  return status;
};

const comm: Program = async (process, args) => {
  const options = parseOptions(args, '123');
  if (options.operands.length !== 2) throw new UsageFailure('missing operand');
  const { all, status } = await linesOfEach(process, options.operands);
  const [left = [], right = []] = all;
  const say = async (column: 1 | 2 | 3, text: string) => {
    if (options.has(String(column))) return;
    const before = [1, 2].filter((one) => one < column && !options.has(String(one))).length;
    await process.print(`${'\t'.repeat(before)}${text}\n`);
  };
  let [a, b] = [0, 0];
  while (a < left.length || b < right.length) {
    const [x, y] = [left[a], right[b]];
    if (x !== undefined && x === y) {
      await say(3, x);
      a++;
      b++;
    } else if (y === undefined || (x !== undefined && x < y)) {
      await say(1, x!);
      a++;
    } else {
      await say(2, y);
      b++;
    }
  }
  return status;
};

const fold: Program = async (process, args) => {
  const options = parseOptions(
    args.map((arg) => arg.replace(/^-(\d+)$/, '-w$1')),
    'w:sb',
  );
  const width = Math.max(size(options.value('w') ?? '80', 'number of columns'), 1);
  const { lines, status } = await allLines(process, options.operands);
  for (const line of lines) {
    let rest = line;
    while (rest.length > width) {
      const blank = options.has('s') ? rest.lastIndexOf(' ', width - 1) + 1 : 0;
      const cut = blank > 0 ? blank : width;
      await process.print(`${rest.slice(0, cut)}\n`);
      rest = rest.slice(cut);
    }
    await process.print(`${rest}\n`);
  }
  return status;
};

const expand: Program = async (process, args) => {
  const options = parseOptions(args, 't:');
  const stop = Number(options.value('t') ?? 8) || 8;
  const { lines, status } = await allLines(process, options.operands);
  for (const line of lines) {
    let out = '';
    for (const char of line) out += char === '\t' ? ' '.repeat(stop - (out.length % stop)) : char;
    await process.print(`${out}\n`);
  }
  return status;
};

const shuf: Program = async (process, args) => {
  const options = parseOptions(args, 'n:i:e', { 'head-count': 'n', 'input-range': 'i', echo: 'e' });
  const [from = 0, to = -1] = (options.value('i') ?? '').split('-').map(Number);
  const { lines, status } = options.has('i')
    ? {
        lines: Array.from({ length: Math.min(Math.max(to - from + 1, 0), 100_000) }, (_, at) => String(from + at)),
        status: 0,
      }
    : options.has('e')
      ? { lines: [...options.operands], status: 0 }
      : await allLines(process, options.operands);
  for (let at = lines.length - 1; at > 0; at--) {
    const other = Math.floor(process.host.random() * (at + 1));
    [lines[at], lines[other]] = [lines[other]!, lines[at]!];
  }
  const count = options.value('n') === undefined ? lines.length : size(options.value('n')!);
  await process.print(
    lines
      .slice(0, count)
      .map((line) => `${line}\n`)
      .join(''),
  );
  return status;
};

const split: Program = async (process, args) => {
  const options = parseOptions(args, 'l:b:a:');
  const [input = '-', prefix = 'x'] = options.operands;
  const { lines, status } = await allLines(process, [input]);
  if (options.has('b')) return process.fail('only lines are counted in this simulated container');
  const count = Math.max(size(options.value('l') ?? '1000', 'number of lines'), 1);
  const letter = (value: number) => String.fromCharCode(97 + value);
  for (let at = 0, part = 0; at < lines.length; at += count, part++) {
    if (part >= 26 * 26) return process.fail('output file suffixes exhausted');
    const text = lines
      .slice(at, at + count)
      .map((line) => `${line}\n`)
      .join('');
    process.files.writeFile(`${prefix}${letter(Math.floor(part / 26))}${letter(part % 26)}`, text);
  }
  return status;
};

/** `dd if=… of=… bs=… count=… skip=…` */
const dd: Program = async (process, args) => {
  const given = new Map(args.map((arg) => arg.split('=', 2) as [string, string]));
  const wrong = [...given.keys()].find(
    (name) => !['if', 'of', 'bs', 'count', 'skip', 'conv', 'status', 'ibs', 'obs'].includes(name),
  );
  if (wrong) throw new UsageFailure(`unrecognized operand '${wrong}'`);
  const block = size((given.get('bs') ?? given.get('ibs') ?? '512').toUpperCase());
  const count = given.has('count') ? size(given.get('count')!) : Number.POSITIVE_INFINITY;
  let skip = size(given.get('skip') ?? '0') * block;
  let left = count * block;
  let copied = 0;
  const output = given.get('of');
  const target = output === undefined ? undefined : process.files.openForWriting(output, { truncate: true });
  const from = given.get('if');
  const status = await eachInput(process, from === undefined ? [] : [from], async (handle) => {
    while (left > 0) {
      const chunk = await handle.read(process.signal);
      if (!chunk) return undefined;
      const part = chunk.subarray(Math.min(skip, chunk.length)).subarray(0, left);
      skip = Math.max(skip - chunk.length, 0);
      left -= part.length;
      if (target) process.files.write(target, part, copied);
      else await process.print(part);
      copied += part.length;
    }
    return undefined;
  });
  if (given.get('status') !== 'none') {
    const whole = Math.floor(copied / block);
    const records = `${whole}+${copied % block > 0 ? 1 : 0}`;
    await process.warn(`${records} records in\n${records} records out\n`);
    if (given.get('status') !== 'noxfer') await process.warn(`${copied} bytes copied\n`);
  }
  return status;
};

/** The lines that both have, in order, by the longest common subsequence. */
function common(a: readonly string[], b: readonly string[]): [number, number][] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i]![j] = a[i] === b[j] ? lengths[i + 1]![j + 1]! + 1 : Math.max(lengths[i + 1]![j]!, lengths[i]![j + 1]!);
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (lengths[i + 1]![j]! >= lengths[i]![j + 1]!) i++;
    else j++;
  }
  return pairs;
}

/** Lines that `diff` compares at most; what is longer is only told to differ. */
const MOST_COMPARED = 2000;
const CONTEXT = 3;

const diff: Program = async (process, args) => {
  const options = parseOptions(args, 'uqbwiU:', { unified: 'u', brief: 'q' });
  const [left, right] = options.operands;
  if (left === undefined || right === undefined) throw new UsageFailure('missing operand', 2);
  const { all, status } = await linesOfEach(process, [left, right]);
  const [a, b] = all;
  if (status !== 0 || !a || !b) return 2;
  const fits = (line: string) =>
    (options.has('i') ? line.toLowerCase() : line).replace(
      /\s+/g,
      options.has('w') ? '' : options.has('b') ? ' ' : '$&',
    );
  const [x, y] = [a.map(fits), b.map(fits)];
  if (x.join('\n') === y.join('\n')) return 0;
  if (options.has('q') || a.length > MOST_COMPARED || b.length > MOST_COMPARED) {
    await process.print(`Files ${left} and ${right} differ\n`);
    return 1;
  }
  const pairs = [...common(x, y), [a.length, b.length] as [number, number]];
  const changes: { from: number; to: number; newFrom: number; newTo: number }[] = [];
  let [i, j] = [0, 0];
  for (const [nextI, nextJ] of pairs) {
    if (nextI > i || nextJ > j) changes.push({ from: i, to: nextI, newFrom: j, newTo: nextJ });
    [i, j] = [nextI + 1, nextJ + 1];
  }
  // busybox only speaks unified.
  const isUnified = options.has('u') || options.has('U') || process.host.flavour === 'busybox';
  await process.print(isUnified ? unified(left, right, a, b, changes) : plainly(a, b, changes));
  return 1;
};

type Changes = readonly { from: number; to: number; newFrom: number; newTo: number }[];

function plainly(a: readonly string[], b: readonly string[], changes: Changes): string {
  const range = (from: number, to: number) => (to - from > 1 ? `${from + 1},${to}` : String(to));
  return changes
    .map(({ from, to, newFrom, newTo }) => {
      const letter = from === to ? 'a' : newFrom === newTo ? 'd' : 'c';
      const gone = a.slice(from, to).map((line) => `< ${line}\n`);
      const come = b.slice(newFrom, newTo).map((line) => `> ${line}\n`);
      return `${range(from, to)}${letter}${range(newFrom, newTo)}\n${gone.join('')}${letter === 'c' ? '---\n' : ''}${come.join('')}`;
    })
    .join('');
}

function unified(left: string, right: string, a: readonly string[], b: readonly string[], changes: Changes): string {
  const hunks: (typeof changes)[number][][] = [];
  for (const change of changes) {
    const last = hunks.at(-1)?.at(-1);
    if (last && change.from - last.to <= 2 * CONTEXT) hunks.at(-1)!.push(change);
    else hunks.push([change]);
  }
  let out = `--- ${left}\n+++ ${right}\n`;
  for (const hunk of hunks) {
    const start = Math.max(hunk[0]!.from - CONTEXT, 0);
    const end = Math.min(hunk.at(-1)!.to + CONTEXT, a.length);
    const shift = hunk[0]!.newFrom - hunk[0]!.from;
    const newEnd = Math.min(hunk.at(-1)!.newTo + (end - hunk.at(-1)!.to), b.length);
    const range = (from: number, to: number) =>
      to - from === 1 ? String(from + 1) : `${to > from ? from + 1 : from},${to - from}`;
    out += `@@ -${range(start, end)} +${range(start + shift, newEnd)} @@\n`;
    let at = start;
    for (const { from, to, newFrom, newTo } of hunk) {
      for (; at < from; at++) out += ` ${a[at]}\n`;
      for (; at < to; at++) out += `-${a[at]}\n`;
      for (const line of b.slice(newFrom, newTo)) out += `+${line}\n`;
    }
    for (; at < end; at++) out += ` ${a[at]}\n`;
  }
  return out;
}

/** What puts texts together, takes them apart and compares them. */
export const pieceCommands: Readonly<Record<string, Program>> = { paste, comm, fold, expand, shuf, split, dd, diff };

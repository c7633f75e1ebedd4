import { isSystemError } from '../fs/errors.ts';
import type { Handle } from '../process/handle.ts';
import { linesOf } from '../process/lines.ts';
import { openFile } from '../process/open-file.ts';
import { breathe } from '../process/pace.ts';
import type { Process, Program } from '../process/process.ts';
import { eachInput, parseOptions, size, UsageFailure } from './options.ts';

const cat: Program = (process, args) => {
  const options = parseOptions(args, 'nbeEtTvsuA', { number: 'n' });
  let number = 0;
  const isPlain = !['n', 'b', 'e', 'E', 'T', 'A', 't', 's'].some((flag) => options.has(flag));
  return eachInput(process, options.operands, async (handle) => {
    if (isPlain) {
      for (let chunk = await handle.read(process.signal); chunk; chunk = await handle.read(process.signal))
        await process.print(chunk);
      return;
    }
    let wasBlank = false;
    for await (const { text, isWhole } of linesOf(handle, process.signal)) {
      if (options.has('s') && text === '' && wasBlank) continue;
      wasBlank = text === '';
      const counts = options.has('b') ? text !== '' : options.has('n');
      const shown = options.has('A') || options.has('T') || options.has('t') ? text.replaceAll('\t', '^I') : text;
      const end = options.has('e') || options.has('E') || options.has('A') ? '$' : '';
      await process.print(`${counts ? `${String(++number).padStart(6)}\t` : ''}${shown}${isWhole ? `${end}\n` : ''}`);
    }
    return;
  });
};

/** `head -5` is `head -n 5`. */
const oldCount = (args: readonly string[]): string[] =>
  args.flatMap((arg, index) =>
    /^-\d+$/.test(arg) && !/^-[nc]$/.test(args[index - 1] ?? '') ? ['-n', arg.slice(1)] : [arg],
  );

const head: Program = (process, args) => {
  const options = parseOptions(oldCount(args), 'n:c:qv', { lines: 'n', bytes: 'c', quiet: 'q' });
  const bytes = options.value('c') === undefined ? undefined : size(options.value('c')!, 'number of bytes');
  const lines = size(options.value('n') ?? '10', 'number of lines');
  let isFirst = true;
  return eachInput(process, options.operands, async (handle, name) => {
    if ((options.operands.length > 1 && !options.has('q')) || options.has('v')) {
      await process.print(`${isFirst ? '' : '\n'}==> ${name === '-' ? 'standard input' : name} <==\n`);
      isFirst = false;
    }
    if (bytes !== undefined) return headBytes(process, handle, bytes);
    const held: string[] = [];
    let left = lines;
    if (lines === 0) return;
    for await (const { text, isWhole } of linesOf(handle, process.signal)) {
      const line = text + (isWhole ? '\n' : '');
      if (lines < 0) {
        held.push(line);
        if (held.length > -lines) await process.print(held.shift()!);
        continue;
      }
      await process.print(line);
      if (--left === 0) return;
    }
    return;
  });
};

async function headBytes(process: Process, handle: Handle, bytes: number): Promise<undefined> {
  let left = bytes;
  while (left > 0) {
    const chunk = await handle.read(process.signal);
    if (!chunk) return;
    await process.print(chunk.subarray(0, left));
    left -= chunk.length;
  }
}

/** How often a followed file is looked at. */
const FOLLOW_MS = 1000;

const tail: Program = async (process, args) => {
  const options = parseOptions(oldCount(args), 'n:c:fFqvs:', { lines: 'n', bytes: 'c', follow: 'f', quiet: 'q' });
  const given = options.value('c') ?? options.value('n') ?? '10';
  const count = size(given.replace(/^[+-]/, ''), options.has('c') ? 'number of bytes' : 'number of lines');
  const fromStart = given.startsWith('+');
  let isFirst = true;
  const status = await eachInput(process, options.operands, async (handle, name) => {
    if (options.operands.length > 1 && !options.has('q')) {
      await process.print(`${isFirst ? '' : '\n'}==> ${name} <==\n`);
      isFirst = false;
    }
    const chunks: Uint8Array[] = [];
    for (let chunk = await handle.read(process.signal); chunk; chunk = await handle.read(process.signal))
      chunks.push(chunk);
    const all = Buffer.concat(chunks);
    await process.print(
      options.has('c')
        ? fromStart
          ? all.subarray(Math.max(count - 1, 0))
          : all.subarray(Math.max(all.length - count, 0))
        : lastLines(all, count, fromStart),
    );
    return;
  });
  const isFollowing = (options.has('f') || options.has('F')) && options.operands.length > 0;
  if (!isFollowing) return status;
  const seen = new Map(options.operands.map((path) => [path, sizeNow(process, path)]));
  if ([...seen.values()].every((one) => one === undefined) && !options.has('F'))
    return process.fail('no files remaining');
  for (;;) {
    await process.sleep(FOLLOW_MS);
    for (const [path, before] of seen) {
      const now = sizeNow(process, path);
      seen.set(path, now);
      if (now === undefined || now === before) continue;
      const content = process.files.readFile(path);
      await process.print(content.slice(now < (before ?? 0) ? 0 : (before ?? 0)));
    }
  }
};

const sizeNow = (process: Process, path: string): number | undefined => {
  const node = process.files.find(path);
  return node?.type === 'file' ? process.files.readFile(path).length : node ? 0 : undefined;
};

function lastLines(all: Buffer, count: number, fromStart: boolean): Buffer {
  if (fromStart) {
    let at = 0;
    for (let line = 1; line < count && at < all.length; line++) {
      const end = all.indexOf(10, at);
      at = end < 0 ? all.length : end + 1;
    }
    return all.subarray(at);
  }
  if (count === 0) return all.subarray(all.length);
  let at = all.length - (all.at(-1) === 10 ? 1 : 0);
  for (let line = 0; line < count; line++) {
    const start = at > 0 ? all.lastIndexOf(10, at - 1) : -1;
    if (start < 0) return all;
    at = start;
  }
  return all.subarray(at + 1);
}

const wc: Program = async (process, args) => {
  const options = parseOptions(args, 'lwcmL', { lines: 'l', words: 'w', bytes: 'c', chars: 'm' });
  const flags = ['l', 'w', 'm', 'c', 'L'].filter((flag) => options.has(flag));
  const wanted = flags.length > 0 ? flags : ['l', 'w', 'c'];
  const rows: { name: string; counts: number[] }[] = [];
  const status = await eachInput(process, options.operands, async (handle, name) => {
    const counts: Record<string, number> = { l: 0, w: 0, c: 0, m: 0, L: 0 };
    for await (const { text, isWhole } of linesOf(handle, process.signal)) {
      if (isWhole) counts['l']!++;
      counts['w']! += text.split(/\s+/).filter(Boolean).length;
      counts['c']! += Buffer.byteLength(text) + (isWhole ? 1 : 0);
      counts['m']! += [...text].length + (isWhole ? 1 : 0);
      counts['L'] = Math.max(counts['L']!, text.length);
      await breathe();
    }
    rows.push({ name: options.operands.length > 0 ? name : '', counts: wanted.map((flag) => counts[flag]!) });
    return;
  });
  if (rows.length > 1)
    rows.push({
      name: 'total',
      counts: wanted.map((_, index) => rows.reduce((sum, { counts }) => sum + counts[index]!, 0)),
    });
  const isSingle = wanted.length === 1 && rows.length === 1;
  const isBusybox = process.host.flavour === 'busybox';
  const width = isSingle
    ? 0
    : isBusybox
      ? 9
      : options.operands.length === 0
        ? 7
        : Math.max(...rows.flatMap(({ counts }) => counts.map((one) => String(one).length)));
  for (const { name, counts } of rows)
    await process.print(
      `${counts.map((one) => String(one).padStart(width)).join(isBusybox && !isSingle ? '' : ' ')}${name ? ` ${name}` : ''}\n`,
    );
  return status;
};

/** Every line of all inputs. */
export async function allLines(
  process: Process,
  names: readonly string[],
): Promise<{ lines: string[]; status: number }> {
  const lines: string[] = [];
  let bytes = 0;
  const status = await eachInput(process, names, async (handle) => {
    for await (const { text } of linesOf(handle, process.signal)) {
      bytes += text.length;
      if (bytes > 32 * 1024 * 1024) throw new UsageFailure('memory exhausted', 2);
      lines.push(text);
    }
    return;
  });
  return { lines, status };
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const leadingNumber = (text: string): number => Number(/^\s*(-?\d*\.?\d*)/.exec(text)?.[1] || 0) || 0;
const humanNumber = (text: string): number => {
  const found = /^\s*(-?\d*\.?\d+)\s*([kKMGTP]?)/.exec(text);
  return found ? Number(found[1]) * 1024 ** ['', 'K', 'M', 'G', 'T', 'P'].indexOf(found[2]!.toUpperCase()) : 0;
};
const compareVersion = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });

const sort: Program = async (process, args) => {
  const options = parseOptions(args, 'rnufbhVk:t:o:sc', {
    reverse: 'r',
    'numeric-sort': 'n',
    unique: 'u',
    key: 'k',
    'field-separator': 't',
    output: 'o',
    'human-numeric-sort': 'h',
    'version-sort': 'V',
  });
  const { lines, status } = await allLines(process, options.operands);
  const separator = options.value('t');
  const keys = (options.values('k').length > 0 ? options.values('k') : ['']).map((spec) => {
    const found = /^(\d+)(?:\.\d+)?([a-zA-Z]*)(?:,(\d+)(?:\.\d+)?([a-zA-Z]*))?$/.exec(spec);
    if (spec && !found) throw new UsageFailure(`invalid key '${spec}'`, 2);
    const flags = (found?.[2] ?? '') + (found?.[4] ?? '');
    const has = (flag: string) => (flags ? flags.includes(flag) : options.has(flag));
    const pick = (line: string) => {
      if (!found) return line;
      const parts = separator === undefined ? (line.match(/\s*\S+/g) ?? []) : line.split(separator);
      return parts.slice(Number(found[1]) - 1, found[3] ? Number(found[3]) : undefined).join(separator ?? '');
    };
    const compare = has('n')
      ? (a: string, b: string) => leadingNumber(a) - leadingNumber(b)
      : has('h')
        ? (a: string, b: string) => humanNumber(a) - humanNumber(b)
        : has('V')
          ? compareVersion
          : has('f')
            ? (a: string, b: string) => compareText(a.toUpperCase(), b.toUpperCase())
            : compareText;
    return {
      compare: (a: string, b: string) =>
        (has('r') ? -1 : 1) *
        compare(has('b') ? pick(a).trimStart() : pick(a), has('b') ? pick(b).trimStart() : pick(b)),
    };
  });
  const byKeys = (a: string, b: string) => {
    for (const { compare } of keys) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return 0;
  };
  const order = (a: string, b: string) =>
    byKeys(a, b) || (options.has('s') || options.has('u') ? 0 : (options.has('r') ? -1 : 1) * compareText(a, b));
  if (options.has('c')) return lines.every((line, index) => index === 0 || order(lines[index - 1]!, line) <= 0) ? 0 : 1;
  lines.sort(order);
  const kept = options.has('u')
    ? lines.filter((line, index) => index === 0 || byKeys(lines[index - 1]!, line) !== 0)
    : lines;
  const text = kept.map((line) => `${line}\n`).join('');
  const target = options.value('o');
  if (target) process.files.writeFile(target, text);
  else await process.print(text);
  return status === 0 ? 0 : 2;
};

const uniq: Program = async (process, args) => {
  const options = parseOptions(args, 'cduif:s:w:', { count: 'c', repeated: 'd', unique: 'u', 'ignore-case': 'i' });
  const [input, output] = options.operands;
  const skip = Number(options.value('f') ?? 0);
  const key = (text: string) => {
    const rest = skip ? text.replace(new RegExp(`^(?:\\s*\\S+){0,${skip}}`), '') : text;
    const cut = rest
      .slice(Number(options.value('s') ?? 0))
      .slice(0, options.value('w') === undefined ? undefined : Number(options.value('w')));
    return options.has('i') ? cut.toLowerCase() : cut;
  };
  let last: { text: string; count: number } | undefined;
  let text = '';
  const flush = async () => {
    if (!last) return;
    const isWanted = options.has('d') ? last.count > 1 : options.has('u') ? last.count === 1 : true;
    if (!isWanted) return;
    const line = `${options.has('c') ? `${String(last.count).padStart(7)} ` : ''}${last.text}\n`;
    if (output) text += line;
    else await process.print(line);
  };
  const status = await eachInput(process, input ? [input] : [], async (handle) => {
    for await (const line of linesOf(handle, process.signal)) {
      if (last && key(last.text) === key(line.text)) last.count++;
      else {
        await flush();
        last = { text: line.text, count: 1 };
      }
    }
    return;
  });
  await flush();
  if (output) process.files.writeFile(output, text);
  return status;
};

/** `1,3-5,7-` as a test on 1-based positions. */
function ranges(spec: string): (index: number) => boolean {
  const list = spec.split(',').map((one) => {
    const found = /^(\d*)(-?)(\d*)$/.exec(one);
    if (!found || one === '' || one === '-') throw new UsageFailure(`invalid byte, character or field list '${spec}'`);
    const from = Number(found[1] || 1);
    return [from, found[2] ? Number(found[3] || Number.POSITIVE_INFINITY) : from] as const;
  });
  return (index) => list.some(([from, to]) => index >= from && index <= to);
}

const cut: Program = async (process, args) => {
  const options = parseOptions(args, 'd:f:c:b:sn', {
    delimiter: 'd',
    fields: 'f',
    characters: 'c',
    bytes: 'b',
    'output-delimiter': 'n',
    complement: 'n',
  });
  const spec = options.value('f') ?? options.value('c') ?? options.value('b');
  if (spec === undefined) throw new UsageFailure('you must specify a list of bytes, characters, or fields');
  const takes = ranges(spec);
  const delimiter = options.value('d') ?? '\t';
  return eachInput(process, options.operands, async (handle) => {
    for await (const { text } of linesOf(handle, process.signal)) {
      if (!options.has('f')) {
        const units = options.has('b') ? [...Buffer.from(text).toString('latin1')] : [...text];
        const kept = units.filter((_, index) => takes(index + 1)).join('');
        await process.print(
          Buffer.concat([Buffer.from(kept, options.has('b') ? 'latin1' : 'utf8'), Buffer.from('\n')]),
        );
      } else if (!text.includes(delimiter)) {
        if (!options.has('s')) await process.print(`${text}\n`);
      } else {
        await process.print(
          `${text
            .split(delimiter)
            .filter((_, index) => takes(index + 1))
            .join(delimiter)}\n`,
        );
      }
    }
    return;
  });
};

const tee: Program = async (process, args) => {
  const options = parseOptions(args, 'ai', { append: 'a' });
  let status = 0;
  const outputs: Handle[] = [];
  for (const name of options.operands) {
    try {
      outputs.push(openFile(process, name, options.has('a') ? 'append' : 'write'));
    } catch (error) {
      if (!isSystemError(error)) throw error;
      status = await process.fail(`${name}: ${error.message}`);
    }
  }
  for (let chunk = await process.read(); chunk; chunk = await process.read()) {
    await process.print(chunk);
    for (const output of outputs) await output.write(chunk, process.signal);
  }
  return status;
};

export const textCommands: Readonly<Record<string, Program>> = {
  cat,
  head,
  tail,
  wc,
  sort,
  uniq,
  cut,
  tee,
};

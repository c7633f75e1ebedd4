import { createHash } from 'node:crypto';
import { linesOf } from '../process/lines.ts';
import { breathe } from '../process/pace.ts';
import type { Program } from '../process/process.ts';
import { eachInput, parseOptions, UsageFailure } from './options.ts';

import { allLines } from './text.ts';

const TR_CLASSES: Readonly<Record<string, string>> = {
  upper: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  lower: 'abcdefghijklmnopqrstuvwxyz',
  digit: '0123456789',
  space: ' \t\n\r\f\v',
  blank: ' \t',
  alpha: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  alnum: '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  punct: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
  xdigit: '0123456789ABCDEFabcdef',
}; // prettier-ignore

function trSet(text: string): string[] {
  const plain = text
    .replace(/\[:(\w+):\]/g, (whole, name: string) => TR_CLASSES[name] ?? whole)
    .replace(/\\([0-7]{1,3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    .replace(
      /\\([abfnrtv\\])/g,
      (_, letter: string) => ({ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' })[letter]!,
    );
  const chars = [...plain];
  const out: string[] = [];
  for (let at = 0; at < chars.length; at++) {
    const to = chars[at + 2];
    if (chars[at + 1] === '-' && to !== undefined && to >= chars[at]!) {
      for (let code = chars[at]!.codePointAt(0)!; code <= to.codePointAt(0)!; code++)
        out.push(String.fromCodePoint(code));
      at += 2;
    } else out.push(chars[at]!);
  }
  return out;
}

const tr: Program = async (process, args) => {
  const options = parseOptions(args, '+dscCt', { delete: 'd', 'squeeze-repeats': 's', complement: 'c' });
  const [first, second] = options.operands;
  if (first === undefined) throw new UsageFailure('missing operand');
  const isComplement = options.has('c') || options.has('C');
  const from = trSet(first);
  const to = second === undefined ? [] : trSet(second);
  const place = new Map(from.map((char, index) => [char, index]));
  const isIn = (char: string) => place.has(char) !== isComplement;
  const squeezes = new Set(options.has('s') ? (options.has('d') || second !== undefined ? to : from) : []);
  const isSqueezed = (char: string) =>
    options.has('s') ? (second === undefined && isComplement ? isIn(char) : squeezes.has(char)) : false;
  let last: string | undefined;
  const { StringDecoder } = await import('node:string_decoder');
  const decoder = new StringDecoder('utf8');
  for (let chunk = await process.read(); chunk; chunk = await process.read()) {
    let out = '';
    for (const char of decoder.write(Buffer.from(chunk))) {
      let next = char;
      if (isIn(char)) {
        if (options.has('d')) continue;
        if (to.length > 0) next = isComplement ? to.at(-1)! : (to[place.get(char)!] ?? to.at(-1)!);
      }
      if (isSqueezed(next) && last === next) continue;
      last = next;
      out += next;
    }
    await process.print(out);
  }
  return 0;
};

const seq: Program = async (process, args) => {
  const words = [...args];
  let separator = '\n';
  let isPadded = false;
  while (/^-[sw]/.test(words[0] ?? '')) {
    const flag = words.shift()!;
    if (flag === '-w') isPadded = true;
    else separator = flag.slice(2) || (words.shift() ?? '');
  }
  const numbers = words.map(Number);
  const wrong = words.find((_, index) => Number.isNaN(numbers[index]));
  if (wrong !== undefined) throw new UsageFailure(`invalid floating point argument: '${wrong}'`);
  if (numbers.length === 0) throw new UsageFailure('missing operand');
  const [first, step, last] =
    numbers.length === 1
      ? [1, 1, numbers[0]!]
      : numbers.length === 2
        ? [numbers[0]!, 1, numbers[1]!]
        : [numbers[0]!, numbers[1]!, numbers[2]!];
  if (step === 0) throw new UsageFailure("invalid Zero increment value: '0'");
  const digits = Math.max(...words.map((word) => word.split('.')[1]?.length ?? 0));
  const width = isPadded ? Math.max(first.toFixed(digits).length, last.toFixed(digits).length) : 0;
  let out = '';
  for (let index = 0; step > 0 ? first + index * step <= last : first + index * step >= last; index++) {
    out += `${index > 0 ? separator : ''}${(first + index * step).toFixed(digits).padStart(width, '0')}`;
    if (out.length < 8192) continue;
    await process.print(out);
    out = '';
    await breathe();
    process.signal.throwIfAborted();
    separator = separator || '';
  }
  if (out) await process.print(`${out}\n`);
  return 0;
};

const base64: Program = async (process, args) => {
  const options = parseOptions(args, 'dw:iD', { decode: 'd', wrap: 'w' });
  const chunks: Uint8Array[] = [];
  const status = await eachInput(process, options.operands, async (handle) => {
    for (let chunk = await handle.read(process.signal); chunk; chunk = await handle.read(process.signal))
      chunks.push(chunk);
    return;
  });
  const all = Buffer.concat(chunks);
  if (options.has('d') || options.has('D')) {
    const text = all.toString('latin1').replace(/\s+/g, '');
    await process.print(Buffer.from(text, 'base64'));
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0)
      return process.fail(process.host.flavour === 'gnu' ? 'invalid input' : 'truncated input');
    return status;
  }
  const width = Number(options.value('w') ?? 76);
  const text = all.toString('base64');
  const lines = width > 0 ? (text.match(new RegExp(`.{1,${width}}`, 'g')) ?? []) : [text];
  await process.print(lines.map((line) => `${line}${width > 0 ? '\n' : ''}`).join(''));
  return status;
};

function hasher(algorithm: string): Program {
  return async (process, args) => {
    const options = parseOptions(args, 'bcst', { check: 'c', status: 's' });
    let status = 0;
    if (options.has('c')) {
      const { lines } = await allLines(process, options.operands);
      for (const line of lines) {
        const found = /^([0-9a-f]+) [ *](.+)$/.exec(line);
        if (!found) continue;
        const node = process.files.find(found[2]!);
        const isGood =
          node?.type === 'file' &&
          createHash(algorithm).update(process.files.readFile(found[2]!)).digest('hex') === found[1];
        if (!isGood) status = 1;
        await process.print(`${found[2]}: ${isGood ? 'OK' : 'FAILED'}\n`);
      }
      if (status) await process.fail('WARNING: 1 computed checksum did NOT match');
      return status;
    }
    return eachInput(process, options.operands, async (handle, name) => {
      const hash = createHash(algorithm);
      for (let chunk = await handle.read(process.signal); chunk; chunk = await handle.read(process.signal))
        hash.update(chunk);
      await process.print(`${hash.digest('hex')}  ${name}\n`);
      return;
    });
  };
}

const rev: Program = (process, args) =>
  eachInput(process, args, async (handle) => {
    for await (const { text } of linesOf(handle, process.signal))
      await process.print(`${[...text].reverse().join('')}\n`);
    return;
  });

const tac: Program = async (process, args) => {
  const { lines, status } = await allLines(process, args);
  await process.print(
    lines
      .reverse()
      .map((line) => `${line}\n`)
      .join(''),
  );
  return status;
};

const nl: Program = async (process, args) => {
  let number = 0;
  return eachInput(process, parseOptions(args, 'b:w:').operands, async (handle) => {
    for await (const { text } of linesOf(handle, process.signal))
      await process.print(text === '' ? '       \n' : `${String(++number).padStart(6)}\t${text}\n`);
    return;
  });
};

const yes: Program = async (process, args) => {
  const line = `${args.join(' ') || 'y'}\n`;
  const block = line.repeat(Math.max(Math.floor(4096 / line.length), 1));
  for (;;) {
    await process.print(block);
    await breathe();
  }
};

const cmp: Program = async (process, args) => {
  const options = parseOptions(args, 's');
  const [a = '', b = ''] = options.operands;
  const [left, right] = [process.files.readFile(a), process.files.readFile(b)];
  const at = left.findIndex((byte, index) => byte !== right[index]);
  if (at < 0 && left.length === right.length) return 0;
  if (!options.has('s')) {
    if (at < 0 || at >= right.length) await process.fail(`EOF on ${left.length < right.length ? a : b}`);
    else
      await process.print(
        `${a} ${b} differ: byte ${at + 1}, line ${left.subarray(0, at).filter((byte) => byte === 10).length + 1}\n`,
      );
  }
  return 1;
};

const od: Program = async (process, args) => {
  const isHexdump = process.name === 'hexdump';
  const options = parseOptions(args, 'A:t:cxCvn:N:');
  const chunks: Uint8Array[] = [];
  const status = await eachInput(process, options.operands, async (handle) => {
    for (let chunk = await handle.read(process.signal); chunk; chunk = await handle.read(process.signal))
      chunks.push(chunk);
    return;
  });
  const all = Buffer.concat(chunks).subarray(
    0,
    Number(options.value('n') ?? options.value('N') ?? Number.POSITIVE_INFINITY),
  );
  const isCharacters = options.has('c');
  for (let at = 0; at < all.length; at += 16) {
    const row = all.subarray(at, at + 16);
    if (isHexdump || options.value('t')?.startsWith('x1')) {
      const hex = [...row].map((byte) => byte.toString(16).padStart(2, '0'));
      const text = [...row].map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
      const address = isHexdump ? at.toString(16).padStart(8, '0') : at.toString(8).padStart(7, '0');
      const body = isHexdump
        ? `  ${hex.slice(0, 8).join(' ').padEnd(23)}  ${hex.slice(8).join(' ').padEnd(23)}  |${text}|`
        : ` ${hex.join(' ')}`;
      await process.print(`${options.value('A') === 'n' ? '' : address}${body}\n`);
    } else {
      const cell = (byte: number) =>
        ({ 0: '\\0', 9: '\\t', 10: '\\n', 13: '\\r' })[byte] ??
        (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, '0'));
      const cells = isCharacters
        ? [...row].map((byte) => cell(byte).padStart(4)).join('')
        : Array.from(
            { length: Math.ceil(row.length / 2) },
            (_, index) => ` ${((row[index * 2] ?? 0) | ((row[index * 2 + 1] ?? 0) << 8)).toString(8).padStart(6, '0')}`,
          ).join('');
      await process.print(`${options.value('A') === 'n' ? '' : at.toString(8).padStart(7, '0')}${cells}\n`);
    }
  }
  if (options.value('A') !== 'n')
    await process.print(
      `${isHexdump ? all.length.toString(16).padStart(8, '0') : all.length.toString(8).padStart(7, '0')}\n`,
    );
  return status;
};

export const byteCommands: Readonly<Record<string, Program>> = {
  tr,
  seq,
  base64,
  md5sum: hasher('md5'),
  sha1sum: hasher('sha1'),
  sha256sum: hasher('sha256'),
  sha512sum: hasher('sha512'),
  rev,
  tac,
  nl,
  yes,
  cmp,
  od,
  hexdump: od,
};

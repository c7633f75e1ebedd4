/** Tars as other programs write them, and as nobody should: header by header, byte for byte. */

const BLOCK = 512;

export interface RawEntry {
  name: string | Buffer;
  /** The letter of the header: `0` file, `1` hard link, `2` symbolic link, `3` `4` devices, `5` folder, `6` pipe. */
  type?: string;
  content?: Buffer | string;
  link?: string | Buffer;
  mode?: number;
  uid?: number;
  gid?: number;
  mtime?: number;
  device?: [major: number, minor: number];
  /** Records of an extended header before it. */
  pax?: Readonly<Record<string, string | Buffer>>;
  /** What the header says of the size, whatever the content is. */
  size?: number;
  /** `ustar`, `gnu` (long names by entries of their own, large numbers in base 256) or `v7` (no magic). */
  format?: 'ustar' | 'gnu' | 'v7';
}

export function rawTar(entries: readonly RawEntry[], { end = true } = {}): Buffer {
  return Buffer.concat([...entries.flatMap(entryBlocks), ...(end ? [Buffer.alloc(2 * BLOCK)] : [])]);
}

function entryBlocks(entry: RawEntry): Buffer[] {
  const { pax, format = 'ustar' } = entry;
  const blocks: Buffer[] = [];
  if (pax) {
    const content = Buffer.concat(Object.entries(pax).map(([key, value]) => paxRecord(key, value)));
    blocks.push(header({ name: 'pax', type: 'x' }, content.length), padded(content));
  }
  for (const [type, text] of [
    ['K', entry.link ?? ''],
    ['L', entry.name],
  ] as const) {
    const bytes = Buffer.from(text as string);
    if (format !== 'gnu' || bytes.length <= 100) continue;
    const content = Buffer.concat([bytes, Buffer.alloc(1)]);
    blocks.push(header({ name: '././@LongLink', type, format }, content.length), padded(content));
  }
  const content = Buffer.from((entry.content ?? '') as string);
  blocks.push(header(entry, entry.size ?? content.length), padded(content));
  return blocks;
}

function paxRecord(key: string, value: string | Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value as string), Buffer.from('\n')]);
  let length = rest.length + 1;
  while (length !== rest.length + String(length).length) length = rest.length + String(length).length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function header(entry: RawEntry, size: number): Buffer {
  const { type = '0', mode = type === '5' ? 0o755 : 0o644, uid = 0, gid = 0, mtime = 0, format = 'ustar' } = entry;
  const block = Buffer.alloc(BLOCK);
  Buffer.from(entry.name as string).copy(block, 0, 0, 100);
  number(block, 100, 8, mode);
  number(block, 108, 8, uid);
  number(block, 116, 8, gid);
  number(block, 124, 12, size);
  number(block, 136, 12, mtime);
  block.write(type, 156, 'latin1');
  Buffer.from((entry.link ?? '') as string).copy(block, 157, 0, 100);
  if (format === 'ustar') block.write('ustar\u000000', 257, 'latin1');
  if (format === 'gnu') block.write('ustar  \u0000', 257, 'latin1');
  const [major, minor] = entry.device ?? [0, 0];
  if (entry.device) {
    number(block, 329, 8, major);
    number(block, 337, 8, minor);
  }
  block.fill(' ', 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'latin1');
  return block;
}

/** Octal where it fits, else base 256, of two's complement below 0. */
function number(block: Buffer, at: number, length: number, value: number): void {
  const text = value < 0 ? '' : value.toString(8);
  if (value >= 0 && text.length < length) {
    block.write(text.padStart(length - 1, '0'), at, 'latin1');
    return;
  }
  let rest = BigInt(value);
  for (let index = at + length - 1; index >= at; index--) {
    block[index] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (value >= 0) block[at]! |= 0x80;
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}

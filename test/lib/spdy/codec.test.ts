import { constants, createDeflate, createInflate, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { HEADER_DICTIONARY_ID, headerDictionary } from '../../../src/lib/spdy/dictionary.ts';
import { FrameReader } from '../../../src/lib/spdy/frame-reader.ts';
import { encode, FLAG_FIN, type Frame } from '../../../src/lib/spdy/frames.ts';
import { HeaderPacker, type Headers, HeaderUnpacker } from '../../../src/lib/spdy/header-block.ts';
import { below, randomBytes, seeded } from '../../emulator/server/streams/random.ts';

function adler32(bytes: Buffer): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}

test('the dictionary is the one that the protocol names', () => {
  expect(headerDictionary).toHaveLength(1423);
  expect(adler32(headerDictionary)).toBe(HEADER_DICTIONARY_ID);
});

const forward: Headers = { streamtype: 'data', port: '8080', requestid: '7' };

describe('header blocks are one zlib stream a direction', () => {
  /** A peer that keeps one context, as zlib's own streams do. */
  const through = (stream: NodeJS.ReadWriteStream, input: Buffer): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      const parts: Buffer[] = [];
      const take = (part: Buffer) => parts.push(part);
      stream.on('data', take);
      stream.once('error', reject);
      (stream as ReturnType<typeof createDeflate>).write(input, () => {
        (stream as ReturnType<typeof createDeflate>).flush(constants.Z_SYNC_FLUSH, () => {
          stream.off('data', take);
          stream.off('error', reject);
          resolve(Buffer.concat(parts));
        });
      });
    });
  const blockOf = (headers: Headers): Buffer => {
    const pairs = Object.entries(headers);
    const word = (value: number) => {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      return bytes;
    };
    return Buffer.concat([
      word(pairs.length),
      ...pairs.flat().flatMap((text) => [word(Buffer.byteLength(text)), Buffer.from(text)]),
    ]);
  };

  test('zlib reads what is packed, block after block, past its window', async () => {
    const packer = new HeaderPacker();
    const inflate = createInflate({ dictionary: headerDictionary });
    for (let index = 0; index < 60; index++) {
      const headers = { ...forward, requestid: String(index), filler: `${index}-`.repeat(400) };
      expect(await through(inflate, packer.pack(headers))).toEqual(blockOf(headers));
    }
  });

  test('what zlib packs is read, block after block, past its window', async () => {
    const unpacker = new HeaderUnpacker();
    const deflate = createDeflate({ dictionary: headerDictionary, level: 9 });
    for (let index = 0; index < 60; index++) {
      const headers = { ...forward, requestid: String(index), filler: `${index}+`.repeat(400) };
      expect({ ...unpacker.unpack(await through(deflate, blockOf(headers))) }).toEqual(headers);
    }
  });

  test('later blocks are shorter for what came before', () => {
    const packer = new HeaderPacker();
    const first = packer.pack(forward).length;
    expect(packer.pack(forward).length).toBeLessThan(first / 2);
  });

  const firstBlock = (content: Buffer): Buffer => {
    const preamble = new HeaderPacker().pack({}).subarray(0, 6);
    const body = deflateRawSync(content, { dictionary: headerDictionary, finishFlush: constants.Z_SYNC_FLUSH });
    return Buffer.concat([preamble, body]);
  };
  test.each<[string, Buffer, RegExp]>([
    ['not zlib', Buffer.from('plain text'), /does not begin as zlib/],
    ['another dictionary', Buffer.from([0x78, 0xbb, 1, 2, 3, 4, 0]), /dictionary of SPDY\/3/],
    ['no dictionary', Buffer.from([0x78, 0x9c, 3, 0, 0, 0, 0, 1]), /dictionary of SPDY\/3/],
    [
      'rubbish after the preamble',
      Buffer.concat([firstBlock(Buffer.alloc(0)).subarray(0, 6), Buffer.from([0xff])]),
      /cannot be unpacked/,
    ],
    ['64 MiB of zeros in a few bytes', firstBlock(Buffer.alloc(64 * 1024 * 1024)), /cannot be unpacked/],
    ['more pairs than bytes', firstBlock(Buffer.from([0xff, 0xff, 0xff, 0xff])), /ends early/],
    ['a name longer than the block', firstBlock(Buffer.from([0, 0, 0, 1, 0x7f, 0xff, 0xff, 0xff, 65])), /ends early/],
    ['bytes after the last pair', firstBlock(Buffer.from([0, 0, 0, 0, 9])), /goes on/],
    ['a name in capitals', firstBlock(blockOf({ Port: '80' })), /lower case/],
    [
      'a name twice',
      firstBlock(Buffer.concat([Buffer.from([0, 0, 0, 2]), ...[1, 2].map(() => blockOf({ port: '80' }).subarray(4))])),
      /twice/,
    ],
  ])('%s is refused', (_name, block, reason) => {
    expect(() => new HeaderUnpacker().unpack(block)).toThrow(reason);
  });

  test('a header may be called like a member of objects', () => {
    const headers = new HeaderUnpacker().unpack(new HeaderPacker().pack({ ['__proto__']: 'x', constructor: 'y' }));
    expect(headers['constructor']).toBe('y');
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });
});

/** Frames of random kinds and contents, and what a reader should make of them. */
function randomFrames(random: () => number, packer: HeaderPacker): { bytes: Buffer; frames: Frame[] } {
  const pick = (limit: number) => 1 + below(random, limit);
  const frames: Frame[] = [];
  const bytes: Buffer[] = [];
  const headers = () =>
    Object.fromEntries(
      Array.from({ length: below(random, 5) }, (_, index) => [`name-${index}`, '가'.repeat(below(random, 30))]),
    );
  const kinds: (() => [Buffer, Frame])[] = [
    () => {
      const [stream, data, fin] = [pick(2 ** 31 - 1), randomBytes(random, below(random, 300)), random() < 0.3];
      return [encode.data(stream, data, fin), { type: 'data', stream, data, fin }];
    },
    () => {
      const [stream, some, fin] = [pick(2 ** 31 - 1), headers(), random() < 0.3];
      return [
        encode.synStream(packer, stream, some, fin ? FLAG_FIN : 0),
        { type: 'synStream', stream, headers: some, fin, unidirectional: false },
      ];
    },
    () => {
      const [stream, some, fin] = [pick(2 ** 31 - 1), headers(), random() < 0.3];
      return [encode.synReply(packer, stream, some, fin), { type: 'synReply', stream, headers: some, fin }];
    },
    () => {
      const [stream, some, fin] = [pick(2 ** 31 - 1), headers(), random() < 0.3];
      return [encode.headers(packer, stream, some, fin), { type: 'headers', stream, headers: some, fin }];
    },
    () => [encode.rstStream(5, 5), { type: 'rstStream', stream: 5, status: 5 }],
    () => {
      const initialWindow = below(random, 2 ** 31);
      return [encode.settings(initialWindow), { type: 'settings', initialWindow }];
    },
    () => {
      const id = pick(2 ** 32 - 1);
      return [encode.ping(id), { type: 'ping', id }];
    },
    () => [encode.goAway(9, 1), { type: 'goAway', lastStream: 9, status: 1 }],
    () => {
      const [stream, delta] = [below(random, 2 ** 31), pick(2 ** 31 - 1)];
      return [encode.windowUpdate(stream, delta), { type: 'windowUpdate', stream, delta }];
    },
  ];
  for (let count = pick(40); count > 0; count--) {
    const [encoded, frame] = kinds[below(random, kinds.length)]!();
    bytes.push(encoded);
    frames.push(frame);
  }
  return { bytes: Buffer.concat(bytes), frames };
}

/** The pieces of one data frame put together again. */
function joined(frames: readonly Frame[], whole: readonly Frame[]): Frame[] {
  const result: Frame[] = [];
  const queue = [...frames];
  for (const expected of whole) {
    let frame = queue.shift()!;
    while (frame?.type === 'data' && expected.type === 'data' && frame.data.length < expected.data.length) {
      const next = queue.shift();
      if (next?.type !== 'data') break;
      frame = { ...next, data: Buffer.concat([frame.data, next.data]) };
    }
    result.push('headers' in frame ? { ...frame, headers: { ...frame.headers } } : frame);
  }
  return [...result, ...queue];
}

test.each(Array.from({ length: 60 }, (_, seed) => [seed]))(
  'frames come out as they went in, wherever the bytes are cut (seed %i)',
  (seed) => {
    const random = seeded(seed);
    const { bytes, frames } = randomFrames(random, new HeaderPacker());
    const reader = new FrameReader();
    const seen: Frame[] = [];
    const longest = [1, 3, 20, 500, 1e6][seed % 5]!;
    for (let at = 0; at < bytes.length; ) {
      const size = 1 + below(random, longest);
      seen.push(...reader.read(bytes.subarray(at, at + size)));
      at += size;
    }
    expect(joined(seen, frames)).toEqual(frames);
  },
);

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

test.each<[string, Buffer, RegExp]>([
  ['version 2', hex('80020001 0000000a'), /version 2 is not served/],
  ['a control frame of 16 MiB', hex('80030001 00ffffff'), /is longer than 65536/],
  ['a short SYN_STREAM', hex('80030001 00000002 0000'), /type 1 has 2 bytes/],
  ['a long PING', hex('80030006 00000008 0000000100000001'), /type 6 has 8 bytes/],
  ['data for stream 0', hex('00000000 00000001 00'), /stream 0/],
  ['settings that say more than they have', hex('80030004 00000004 10000000'), /do not fit/],
  ['a window of 4 GiB', hex('80030004 0000000c 00000001 00000007 ffffffff'), /window is too large/],
])('%s is refused', (_name, bytes, reason) => {
  expect(() => [...new FrameReader().read(bytes)]).toThrow(reason);
});

test('unknown control frames are passed over', () => {
  const bytes = Buffer.concat([hex('800300ff 00000003 010203'), encode.ping(1)]);
  expect([...new FrameReader().read(bytes)]).toEqual([{ type: 'ping', id: 1 }]);
});

test('a data frame is passed on as it comes, not held until it is whole', () => {
  const reader = new FrameReader();
  const head = hex('00000001 01ffffff');
  expect([...reader.read(Buffer.concat([head, Buffer.from('first')]))]).toEqual([
    { type: 'data', stream: 1, data: Buffer.from('first'), fin: false },
  ]);
  expect([...reader.read(Buffer.from('second'))]).toHaveLength(1);
});

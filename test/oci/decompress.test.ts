import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { compressionOf } from '../../src/oci/decompress.ts';
import { type PlainLimits, plainLayer } from '../../src/oci/store/plain-layer.ts';

const TEXT = 'a layer, or what is in it\n';
/** What the programs of these names make of the text, and of nothing. */
const XZ = Buffer.from(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAZYSBsYXllciwgb3Igd2hhdCBpcyBpbiBpdAoAAACl1V83idJRBgABMhogGJQwH7bzfQEAAAAABFla',
  'base64',
);
const EMPTY_XZ = Buffer.from('/Td6WFoAAATm1rRGAAAAABzfRCEftvN9AQAAAAAEWVo=', 'base64');
/** With a checksum that the reader does not know. */
const XZ_SHA256 = Buffer.from(
  '/Td6WFoAAArh+wyhAgAhARYAAAB0L+WjAQAZYSBsYXllciwgb3Igd2hhdCBpcyBpbiBpdAoAAADdaEChyiIpG2802xH14N1qO0X41ntKJAWVsvGYT9YTzQABShre63LXGJtLmgEAAAAAClla',
  'base64',
);
const BZIP2 = Buffer.from(
  'QlpoOTFBWSZTWUoMsLkAAARRgAAQQAQiZZygIAAhqaG1B6T1CmAAKqOk0DxNoD0N4CzHxdyRThQkEoMsLkA=',
  'base64',
);
const EMPTY_BZIP2 = Buffer.from('QlpoORdyRThQkAAAAAA=', 'base64');
/** 4 MB of zeros. */
const ZEROS_BZIP2 = Buffer.from('QlpoOTFBWSZTWVYC4ogAICBIAMAAAAQACCAAMMwFKaYCAbECAeLuSKcKEgrAXFEA', 'base64');

/** In pieces of some bytes, as they may come. */
const plain = (stored: Buffer, limits?: PlainLimits, piece = 7): Promise<Buffer> => {
  const pieces = Array.from({ length: Math.ceil(stored.length / piece) }, (_, index) =>
    stored.subarray(index * piece, (index + 1) * piece),
  );
  return buffer(plainLayer(Readable.from(pieces, { objectMode: false }), 'it.tar', limits));
};

const checkedZstd = (text: string) => zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } });
const all = { gzip: gzipSync(TEXT), zstd: checkedZstd(TEXT), bzip2: BZIP2, xz: XZ } as const;

describe.each(Object.entries(all))('%s', (kind, stored) => {
  test('is known by its first bytes and read', async () => {
    expect(compressionOf(stored)).toBe(kind);
    expect((await plain(stored)).toString()).toBe(TEXT);
  });

  test('several streams are one', async () => {
    expect((await plain(Buffer.concat([stored, stored]))).toString()).toBe(TEXT + TEXT);
  });

  test('cut short, damaged or with something behind it, it is refused in one line', async () => {
    await expect(plain(stored.subarray(0, -5))).rejects.toThrow(/^it\.tar: .*$/);
    const damaged = Buffer.from(stored);
    const middle = Math.floor(stored.length / 2);
    damaged[middle] = damaged[middle]! ^ 0xff;
    await expect(plain(damaged)).rejects.toThrow(/^it\.tar: .*$/);
    await expect(plain(Buffer.concat([stored, Buffer.from('something else')]))).rejects.toThrow(/^it\.tar: .*$/);
  });
});

test('what is not compressed stays as it is, also where it is shorter than what files begin with', async () => {
  for (const text of ['', 'B', TEXT]) expect((await plain(Buffer.from(text))).toString()).toBe(text);
  expect(compressionOf(Buffer.from('BZ'))).toBeUndefined();
});

test('nothing, compressed', async () => {
  for (const stored of [EMPTY_XZ, EMPTY_BZIP2]) expect(await plain(stored)).toHaveLength(0);
});

test('what would fill the disk is not read to its end', async () => {
  const limits = { free: 1 << 20, ratio: 250, most: 2 ** 30 };
  await expect(plain(ZEROS_BZIP2, limits)).rejects.toThrow('it may be made to fill the disk');
  expect(await plain(ZEROS_BZIP2)).toHaveLength(4 << 20);
});

test('xz: what is not known is said, and readers that stop do not keep others from reading', async () => {
  await expect(plain(XZ_SHA256)).rejects.toThrow(
    'it.tar: cannot be read: it has a filter or a kind of checksum that is not known here',
  );
  for await (const chunk of plainLayer(Readable.from([XZ, XZ], { objectMode: false }), 'it.tar')) {
    expect(chunk).toBeDefined();
    break;
  }
  expect((await plain(XZ)).toString()).toBe(TEXT);
});

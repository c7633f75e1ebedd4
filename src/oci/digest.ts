import { createHash, type Hash } from 'node:crypto';
import { Transform } from 'node:stream';
import { KctlError } from '../lib/errors.ts';

const SHA256 = /^sha256:[0-9a-f]{64}$/;
const SHA512 = /^sha512:[0-9a-f]{128}$/;

/** @throws KctlError `input` for anything but a sha256 or sha512 digest: digests become paths, so they are checked first */
export function checkDigest(digest: unknown): string {
  if (typeof digest === 'string' && (SHA256.test(digest) || SHA512.test(digest))) return digest;
  throw new KctlError('input', `${JSON.stringify(digest) ?? 'nothing'} is not a digest`);
}

export function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

/** Passes bytes through and keeps their number and digest. */
export class DigestTap extends Transform {
  bytes = 0;
  readonly #algorithm: string;
  readonly #hash: Hash;

  constructor(algorithm = 'sha256') {
    super();
    this.#algorithm = algorithm;
    this.#hash = createHash(algorithm);
  }

  /** Once, after the end. */
  digest(): string {
    return `${this.#algorithm}:${this.#hash.digest('hex')}`;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: (error: null, data: Buffer) => void): void {
    this.#hash.update(chunk);
    this.bytes += chunk.length;
    done(null, chunk);
  }
}

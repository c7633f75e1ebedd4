import { createHash } from 'node:crypto';

/** True where the content has the digest. */
export function sameContent(content: Uint8Array, digest: string): boolean {
  const [algorithm = '', hex] = digest.split(':');
  return createHash(algorithm).update(content).digest('hex') === hex;
}

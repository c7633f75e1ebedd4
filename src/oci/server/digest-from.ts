import { checkDigest } from '../digest.ts';
import { RegistryError } from './registry-error.ts';

/** A digest of an address. @throws RegistryError `DIGEST_INVALID` */
export function digestFrom(text: string | null): string {
  try {
    return checkDigest(text);
  } catch {
    throw new RegistryError(
      'DIGEST_INVALID',
      text === null ? 'the digest is missing' : `${JSON.stringify(text)} is no sha256 or sha512 digest`,
    );
  }
}

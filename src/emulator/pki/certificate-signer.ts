import type { Signer } from '../controllers/certificate-signing.ts';
import type { KeyPair } from './certificates.ts';

/** The cluster's authority for those who ask; X.509 is loaded with the first request. */
export function certificateSigner(authority: KeyPair): Signer {
  return {
    async read(pem) {
      const { readRequest } = await import('./sign-request.ts');
      return readRequest(pem);
    },
    async sign(pem, how) {
      const { signRequest } = await import('./sign-request.ts');
      return signRequest(authority, pem, how);
    },
  };
}

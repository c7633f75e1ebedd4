import type { webcrypto } from 'node:crypto';
import type * as X509 from '@peculiar/x509';
import { provideDecoratorMetadata } from '../../../src/emulator/pki/decorator-metadata.ts';

// The library looks for this while it loads.
provideDecoratorMetadata();
const x509: typeof X509 = await import('@peculiar/x509');

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

export interface Issued {
  cert: string;
  key: string;
}

export interface TestAuthority extends Issued {
  issue(name: string, options?: { hosts?: string[]; notBefore?: Date; notAfter?: Date }): Promise<Issued>;
}

const day = 86_400_000;

async function pem(keys: webcrypto.CryptoKeyPair): Promise<string> {
  return x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
}

let serial = 1;

/** A certificate authority in memory. */
export async function createAuthority(name = 'test-ca'): Promise<TestAuthority> {
  const keys = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: String(serial++).padStart(2, '0'),
    name: `CN=${name}`,
    notBefore: new Date(Date.now() - day),
    notAfter: new Date(Date.now() + day),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  return {
    cert: root.toString('pem'),
    key: await pem(keys),
    async issue(
      subject,
      { hosts = [], notBefore = new Date(Date.now() - day), notAfter = new Date(Date.now() + day) } = {},
    ) {
      const own = (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
      const names = hosts.map((value) => ({
        type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const),
        value,
      }));
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber: String(serial++).padStart(2, '0'),
        subject: `CN=${subject}`,
        issuer: root.subject,
        notBefore,
        notAfter,
        signingAlgorithm: algorithm,
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [],
      });
      return { cert: certificate.toString('pem'), key: await pem(own) };
    },
  };
}

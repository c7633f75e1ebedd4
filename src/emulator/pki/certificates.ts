import { randomBytes, webcrypto } from 'node:crypto';
import { provideDecoratorMetadata } from './decorator-metadata.ts';

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  cert: string;
  key: string;
}

const YEAR_MS = 365 * 24 * 3600_000;
export const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

/** Loading the X.509 library costs more than all the rest of a start, so only those who make certificates load it. */
export async function x509() {
  provideDecoratorMetadata();
  const loaded = await import('@peculiar/x509');
  // A bundler may pick the CommonJS build, whose exports are then all in `default`.
  const library = 'X509Certificate' in loaded ? loaded : (loaded as { default: typeof loaded }).default;
  library.cryptoProvider.set(webcrypto as Crypto);
  return library;
}

/** A self-signed authority that is good for ten years. */
export async function createAuthority(name: string, now: number): Promise<KeyPair> {
  const library = await x509();
  const keys = await newKeys();
  const certificate = await library.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serialNumber(),
      name: `CN=${name}`,
      ...validity(now, 10),
      signingAlgorithm: ALGORITHM,
      keys,
      extensions: [
        new library.BasicConstraintsExtension(true, undefined, true),
        new library.KeyUsagesExtension(
          library.KeyUsageFlags.keyCertSign | library.KeyUsageFlags.cRLSign | library.KeyUsageFlags.digitalSignature,
          true,
        ),
        await library.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    },
    webcrypto as Crypto,
  );
  return { cert: `${certificate.toString('pem')}\n`, key: await privatePem(keys.privateKey) };
}

export interface LeafRequest {
  commonName: string;
  organization?: string;
  usage: 'server' | 'client';
  /** Subject alternative names. */
  dns?: readonly string[];
  ip?: readonly string[];
}

/** A certificate signed by `authority`, good for one year. */
export async function issue(authority: KeyPair, request: LeafRequest, now: number): Promise<KeyPair> {
  const library = await x509();
  const keys = await newKeys();
  const issuer = new library.X509Certificate(authority.cert);
  const usage = request.usage === 'server' ? library.ExtendedKeyUsage.serverAuth : library.ExtendedKeyUsage.clientAuth;
  const names = [
    ...(request.dns ?? []).map((value) => ({ type: 'dns' as const, value })),
    ...(request.ip ?? []).map((value) => ({ type: 'ip' as const, value })),
  ];
  const certificate = await library.X509CertificateGenerator.create(
    {
      serialNumber: serialNumber(),
      subject: request.organization
        ? `O=${request.organization}, CN=${request.commonName}`
        : `CN=${request.commonName}`,
      issuer: issuer.subject,
      ...validity(now, 1),
      signingAlgorithm: ALGORITHM,
      publicKey: keys.publicKey,
      signingKey: await importKey(authority.key),
      extensions: [
        new library.BasicConstraintsExtension(false, undefined, true),
        new library.KeyUsagesExtension(library.KeyUsageFlags.digitalSignature, true),
        new library.ExtendedKeyUsageExtension([usage]),
        await library.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
        ...(names.length > 0 ? [new library.SubjectAlternativeNameExtension(names)] : []),
      ],
    },
    webcrypto as Crypto,
  );
  return { cert: `${certificate.toString('pem')}\n`, key: await privatePem(keys.privateKey) };
}

/** An hour early, so that a client whose clock is behind accepts it. */
function validity(now: number, years: number): { notBefore: Date; notAfter: Date } {
  return { notBefore: new Date(now - 3600_000), notAfter: new Date(now + years * YEAR_MS) };
}

/** Positive and 16 octets long (RFC 5280, 4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x7f) | 0x40;
  return bytes.toString('hex');
}

function newKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']) as Promise<webcrypto.CryptoKeyPair>;
}

async function privatePem(key: CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

export function importKey(pem: string): Promise<CryptoKey> {
  const der = Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
  return webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']) as Promise<CryptoKey>;
}

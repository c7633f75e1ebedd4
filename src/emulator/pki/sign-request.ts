import { randomBytes, webcrypto } from 'node:crypto';
import type * as X509 from '@peculiar/x509';
import type { KeyPair } from './certificates.ts';
import { ALGORITHM, importKey, x509 } from './certificates.ts';

/** What certificates.k8s.io calls a use, as X.509 says it (RFC 5280, 4.2.1.3 and 4.2.1.12). */
const KEY_USAGES: Readonly<Record<string, (flags: typeof X509.KeyUsageFlags) => number>> = {
  signing: (flags) => flags.digitalSignature,
  'digital signature': (flags) => flags.digitalSignature,
  'content commitment': (flags) => flags.nonRepudiation,
  'key encipherment': (flags) => flags.keyEncipherment,
  'data encipherment': (flags) => flags.dataEncipherment,
  'key agreement': (flags) => flags.keyAgreement,
  'cert sign': (flags) => flags.keyCertSign,
  'crl sign': (flags) => flags.cRLSign,
  'encipher only': (flags) => flags.encipherOnly,
  'decipher only': (flags) => flags.decipherOnly,
};
const EXTENDED_USAGES: Readonly<Record<string, string>> = {
  any: '2.5.29.37.0',
  'server auth': '1.3.6.1.5.5.7.3.1',
  'client auth': '1.3.6.1.5.5.7.3.2',
  'code signing': '1.3.6.1.5.5.7.3.3',
  'email protection': '1.3.6.1.5.5.7.3.4',
  's/mime': '1.3.6.1.5.5.7.3.4',
  timestamping: '1.3.6.1.5.5.7.3.8',
  'ocsp signing': '1.3.6.1.5.5.7.3.9',
};

/** A request's certificate may be a little older than the request, for clients whose clock is behind. */
const BACKDATE_MS = 5 * 60_000;
/** What lives shorter than this ends as late as was asked for all the same. */
const SHORT_SECONDS = 8 * 3600;

const endOf = (now: number, seconds: number): number =>
  now + seconds * 1000 - (seconds < SHORT_SECONDS ? 0 : BACKDATE_MS);

function alternativeNames(library: typeof X509, request: X509.Pkcs10CertificateRequest) {
  return request.extensions.find((one) => one instanceof library.SubjectAlternativeNameExtension);
}

/** What a request (PKCS #10, PEM) asks for. @throws Error where it cannot be read, or was not signed by its own key */
export async function readRequest(pem: string): Promise<{
  commonName: string;
  organizations: string[];
  dns: string[];
  ips: string[];
  emails: string[];
  uris: string[];
}> {
  const library = await x509();
  const request = new library.Pkcs10CertificateRequest(pem);
  if (!(await request.verify(webcrypto as Crypto)))
    throw new Error('the signature of the request is not that of its key');
  const name = (type: string) => request.subjectName.getField(type);
  const names = alternativeNames(library, request)?.names.items ?? [];
  const ofType = (type: string) => names.filter((one) => one.type === type).map((one) => one.value);
  return {
    commonName: name('CN')[0] ?? '',
    organizations: name('O'),
    dns: ofType('dns'),
    ips: ofType('ip'),
    emails: ofType('email'),
    uris: ofType('url'),
  };
}

/**
 * The certificate (PEM) that a request asks for, signed by `authority`.
 * @param usages of certificates.k8s.io
 * @param seconds of life, at most that of the authority
 * @throws Error for a usage that nobody knows
 */
export async function signRequest(
  authority: KeyPair,
  pem: string,
  { usages, seconds, now }: { usages: readonly string[]; seconds: number; now: number },
): Promise<string> {
  const library = await x509();
  const request = new library.Pkcs10CertificateRequest(pem);
  const issuer = new library.X509Certificate(authority.cert);
  const unknown = usages.filter((usage) => !KEY_USAGES[usage] && !EXTENDED_USAGES[usage]);
  if (unknown.length > 0) throw new Error(`unrecognized usage values: ${JSON.stringify(unknown)}`);
  const flags = usages.reduce((all, usage) => all | (KEY_USAGES[usage]?.(library.KeyUsageFlags) ?? 0), 0);
  const extended = usages.flatMap((usage) => EXTENDED_USAGES[usage] ?? []);
  const names = alternativeNames(library, request);
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const certificate = await library.X509CertificateGenerator.create(
    {
      serialNumber: serial.toString('hex'),
      subject: request.subjectName.toJSON(),
      issuer: issuer.subject,
      notBefore: new Date(now - BACKDATE_MS),
      notAfter: new Date(Math.min(endOf(now, seconds), issuer.notAfter.getTime())),
      signingAlgorithm: ALGORITHM,
      publicKey: request.publicKey,
      signingKey: await importKey(authority.key),
      extensions: [
        ...(flags === 0 ? [] : [new library.KeyUsagesExtension(flags, true)]),
        ...(extended.length === 0 ? [] : [new library.ExtendedKeyUsageExtension(extended)]),
        new library.BasicConstraintsExtension(false, undefined, true),
        await library.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
        ...(names ? [names] : []),
      ],
    },
    webcrypto as Crypto,
  );
  return `${certificate.toString('pem')}\n`;
}

import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { pemBlocks } from '../../api/validation/pem.ts';
import { KctlError } from '../../lib/errors.ts';

/** Kinds of keys that Go's TLS knows. */
const algorithms = new Set(['rsa', 'ec', 'ed25519']);

/**
 * Refuses what no TLS server could use, in the words of Go (crypto/tls, `X509KeyPair`).
 * @throws KctlError `input`
 */
export function checkKeyPair(certificate: Buffer, key: Buffer): void {
  const shown = certificateOf(certificate);
  const secret = keyBlockOf(key);
  const x509 = parsed(() => new X509Certificate(shown), 'x509: malformed certificate');
  const type = x509.publicKey.asymmetricKeyType ?? '';
  const privateKey = privateKeyOf(secret);
  if (!algorithms.has(type)) throw refusal('tls: unknown public key algorithm');
  if (privateKey.asymmetricKeyType !== type) throw refusal('tls: private key type does not match public key type');
  if (!x509.checkPrivateKey(privateKey)) throw refusal('tls: private key does not match public key');
}

function certificateOf(text: Buffer): Buffer {
  const blocks = pemBlocks(text.toString('latin1'));
  const found = blocks.find(({ type }) => type === 'CERTIFICATE');
  if (found) return found.bytes;
  const types = blocks.map(({ type }) => type);
  if (types.length === 0) throw refusal('tls: failed to find any PEM data in certificate input');
  if (types.length === 1 && types[0]!.endsWith('PRIVATE KEY')) {
    throw refusal(
      'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
    );
  }
  throw refusal(
    `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${types.join(' ')}]`,
  );
}

function keyBlockOf(text: Buffer): Buffer {
  const blocks = pemBlocks(text.toString('latin1'));
  const found = blocks.find(({ type }) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY'));
  if (found) return found.bytes;
  const types = blocks.map(({ type }) => type);
  if (types.length === 0) throw refusal('tls: failed to find any PEM data in key input');
  if (types.length === 1 && types[0] === 'CERTIFICATE') {
    throw refusal('tls: found a certificate rather than a key in the PEM for the private key');
  }
  throw refusal(
    `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${types.join(' ')}]`,
  );
}

/** The encodings that Go tries, one after the other, whatever the block is called. */
function privateKeyOf(der: Buffer): KeyObject {
  for (const type of ['pkcs1', 'pkcs8', 'sec1'] as const) {
    try {
      return createPrivateKey({ key: der, format: 'der', type });
    } catch {
      // Then it is another one.
    }
  }
  throw refusal('tls: failed to parse private key');
}

function parsed<T>(parse: () => T, complaint: string): T {
  try {
    return parse();
  } catch (error) {
    throw new KctlError('input', complaint, { cause: error });
  }
}

function refusal(message: string): KctlError {
  return new KctlError('input', message);
}

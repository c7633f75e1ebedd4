import { createPublicKey, verify, X509Certificate } from 'node:crypto';

/** Certificates and requests for them, as far as a server looks into them before it stores them. */

interface Block {
  type: string;
  hasHeaders: boolean;
  bytes: Buffer;
}

/** The PEM blocks (RFC 7468) of a text; what is no block is passed over. */
export function pemBlocks(text: string): Block[] {
  const form = /-----BEGIN ([^-\n]*)-----\r?\n([\s\S]*?)-----END \1-----/g;
  return [...text.matchAll(form)].map(([, type = '', body = '']) => {
    const headers = /^[^\n]*:[^\n]*\n/.test(body);
    return { type, hasHeaders: headers, bytes: Buffer.from(body.replace(/^[^\n]*:[^\n]*\n/gm, ''), 'base64') };
  });
}

/** What is wrong with the certificates of a text, in the words of a server. */
export function certificateProblem(text: string): string | undefined {
  const blocks = pemBlocks(text);
  for (const { type, hasHeaders, bytes } of blocks) {
    if (type !== 'CERTIFICATE') return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (hasHeaders) return 'no PEM block headers are permitted';
    try {
      new X509Certificate(bytes);
    } catch {
      return 'x509: malformed certificate';
    }
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}

interface Element {
  /** With its tag and length. */
  whole: Buffer;
  content: Buffer;
  end: number;
}

/** One element of DER (X.690). @throws Error where there is none */
function elementAt(bytes: Buffer, at: number): Element {
  let length = bytes[at + 1];
  let start = at + 2;
  if (length === undefined) throw new Error('nothing there');
  if (length > 0x80) {
    const size = length & 0x7f;
    if (size > 4 || start + size > bytes.length) throw new Error('too long');
    length = bytes.readUIntBE(start, size);
    start += size;
  }
  const end = start + length;
  if (end > bytes.length) throw new Error('cut off');
  return { whole: bytes.subarray(at, end), content: bytes.subarray(start, end), end };
}

function elementsOf(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; at = found.at(-1)!.end) found.push(elementAt(bytes, at));
  return found;
}

/** Digests by the identifier of a signature's algorithm, and what is said of a signature that is wrong (RFC 8017, 5758, 8410). */
const algorithms: Readonly<Record<string, [digest: string | null, problem: string]>> = {
  '2a864886f70d01010b': ['sha256', 'crypto/rsa: verification error'],
  '2a864886f70d01010c': ['sha384', 'crypto/rsa: verification error'],
  '2a864886f70d01010d': ['sha512', 'crypto/rsa: verification error'],
  '2a8648ce3d040302': ['sha256', 'x509: ECDSA verification failure'],
  '2a8648ce3d040303': ['sha384', 'x509: ECDSA verification failure'],
  '2a8648ce3d040304': ['sha512', 'x509: ECDSA verification failure'],
  '2b6570': [null, 'x509: Ed25519 verification failure'],
};

const malformed = "asn1: structure error: tags don't match";

/** What is wrong with a request for a certificate (PKCS #10, RFC 2986): its form, or whose key signed it. */
export function requestProblem(text: string): string | undefined {
  const block = pemBlocks(text)[0];
  if (block?.type !== 'CERTIFICATE REQUEST') return 'PEM block type must be CERTIFICATE REQUEST';
  try {
    const [info, algorithm, signature] = elementsOf(elementAt(block.bytes, 0).content);
    const key = elementsOf(info!.content)[2]!;
    const identifier = elementsOf(algorithm!.content)[0]!.content.toString('hex');
    const [digest, problem] = algorithms[identifier] ?? [];
    if (digest === undefined) return 'x509: cannot verify signature: algorithm unimplemented';
    const publicKey = createPublicKey({ key: key.whole, format: 'der', type: 'spki' });
    // A bit string begins with how many bits of its last byte are not used.
    return verify(digest, info!.whole, publicKey, signature!.content.subarray(1)) ? undefined : problem;
  } catch {
    return malformed;
  }
}

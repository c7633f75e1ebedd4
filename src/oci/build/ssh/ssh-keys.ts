import { KctlError } from '../../../lib/errors.ts';

export interface SshKey {
  /** As it was given. */
  name: string;
  content: Buffer;
}

/** @throws KctlError `input` for what is no private key, or one that a passphrase protects: nobody can be asked for it */
export function checkKey({ name, content }: SshKey): void {
  const text = content.toString('latin1');
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) {
    const hint = /^(ssh|ecdsa|sk)-\S+ AAAA/.test(text) ? { hint: 'It is a public key; give the private one.' } : {};
    throw new KctlError('input', `failed to parse ${name}: ssh: no key found`, hint);
  }
  if (!isEncrypted(text)) return;
  throw new KctlError('input', `failed to parse ${name}: ssh: this private key is passphrase protected`, {
    hint: `Add it to your agent (ssh-add ${name}), and give that: --ssh default.`,
  });
}

/** RFC 1421 and PKCS#8 say it in words; OpenSSH's PROTOCOL.key begins with the name of the cipher. */
function isEncrypted(text: string): boolean {
  if (text.includes('ENCRYPTED')) return true;
  const body = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]*)/.exec(text)?.[1];
  if (body === undefined) return false;
  const bytes = Buffer.from(body, 'base64');
  const at = 'openssh-key-v1\0'.length;
  if (bytes.length < at + 4) return false;
  const length = bytes.readUInt32BE(at);
  return bytes.toString('latin1', at + 4, at + 4 + length) !== 'none';
}

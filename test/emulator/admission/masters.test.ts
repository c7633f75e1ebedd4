import { expect, test } from 'vitest';
import { certificateSubject } from '../../../src/emulator/admission/certificates.ts';
import type { AdmissionRequest } from '../../../src/emulator/registry/machine.ts';

const MASTERS = 'system:masters';
const wide = (bytes: number) => {
  const text = Buffer.alloc(MASTERS.length * bytes);
  for (const [at, letter] of [...MASTERS].entries()) text.writeUIntBE(letter.charCodeAt(0), at * bytes, bytes);
  return text;
};

/** An organisation in a name, as DER; enough of a request for who looks for one. */
function ask(tag: number, text: Buffer, length = [text.length]): void {
  const der = Buffer.concat([Buffer.from([0x06, 0x03, 0x55, 0x04, 0x0a, tag, ...length]), text]);
  const pem = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
  const spec = { signerName: 'kubernetes.io/kube-apiserver-client', request: Buffer.from(pem).toString('base64') };
  const resource = { storage: 'certificatesigningrequests.certificates.k8s.io', group: 'certificates.k8s.io' };
  const request = { operation: 'CREATE', resource: { ...resource, plural: 'x' }, name: 'x', object: { spec } };
  certificateSubject.check!(request as unknown as AdmissionRequest);
}

test.each<[string, number, Buffer, number[]?]>([
  ['UTF-8', 0x0c, Buffer.from(MASTERS)],
  ['two bytes a character', 0x1e, wide(2)],
  ['four bytes a character', 0x1c, wide(4)],
  ['a length in its long form', 0x0c, Buffer.from(MASTERS), [0x81, MASTERS.length]],
])('nobody becomes an administrator by a certificate: %s', (_how, tag, text, length) => {
  expect(() => ask(tag, text, length)).toThrow('with system:masters group is not allowed');
});

test('others get theirs', () => {
  expect(() => ask(0x0c, Buffer.from('system:masters-of-none'))).not.toThrow();
});

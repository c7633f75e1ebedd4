import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileError } from '../../kube/kubeconfig/file-error.ts';
import { KctlError } from '../../lib/errors.ts';
import { creationCommand } from './creation.ts';
import { checkKeyPair } from './key-pair.ts';
import { secretCreation, secretOf } from './secret.ts';

/** `kctl create secret tls`: a certificate and its key, looked at before they are sent. */
export const createTlsSecretCommand = creationCommand({
  ...secretCreation,
  flags: [
    { name: 'append-hash', type: 'bool', default: false, describe: 'Append a hash of the secret to its name.' },
    { name: 'cert', type: 'string', default: '', describe: 'File with the certificate, in PEM.' },
    { name: 'key', type: 'string', default: '', describe: 'File with the private key of the certificate, in PEM.' },
  ],
  check({ flags }) {
    if (flags.key === '' || flags.cert === '') throw new KctlError('usage', 'key and cert must be specified');
  },
  make({ name, flags, context }) {
    const certificate = read(String(flags.cert), context.io.cwd);
    const key = read(String(flags.key), context.io.cwd);
    checkKeyPair(certificate, key);
    const data = new Map([
      ['tls.crt', certificate],
      ['tls.key', key],
    ]);
    return secretOf(name, 'kubernetes.io/tls', data, flags);
  },
});

function read(path: string, cwd: string): Buffer {
  try {
    return readFileSync(resolve(cwd, path));
  } catch (error) {
    throw new KctlError('input', `Cannot read file ${path}, ${fileError(error, 'open', path)}`, { cause: error });
  }
}

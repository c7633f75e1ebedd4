import { KctlError } from '../../lib/errors.ts';
import type { FlagValues } from '../command.ts';
import { contentHash } from './append-hash.ts';
import { type Creation, creationCommand, type MakeRequest } from './creation.ts';
import { checkSources, type Data, type DataWords, dataFlags, readData } from './data-sources.ts';

export const secretWords: DataWords = {
  invalidKey: (complaints) => `valid key name for a Secret ${complaints.join(';')}`,
  doubledKey: (key) => `cannot add key ${key}, another key by that name already exists`,
  envFolder: 'env secret file cannot be a directory',
};

/** What the three sub-commands of `create secret` share. */
export const secretCreation = {
  apiVersion: 'v1',
  kind: 'Secret',
  failure: 'failed to create secret ',
} as const satisfies Partial<Creation>;

/** A secret of `type` ('' leaves it to the server), with the hash behind its name where it is asked for. */
export function secretOf(name: string, type: string, read: Data, flags: FlagValues) {
  const data = Object.fromEntries([...read].map(([key, bytes]) => [key, bytes.toString('base64')]));
  const hash = () => contentHash({ kind: 'Secret', type, name, data });
  return { metadata: { name: flags['append-hash'] ? `${name}-${hash()}` : name }, data, type };
}

/** @throws KctlError for `create secret generic ''` */
export function checkSecretName({ name }: MakeRequest): void {
  if (name === '') throw new KctlError('usage', 'name must be specified');
}

/** `kctl create secret generic`. */
export const createGenericSecretCommand = creationCommand({
  ...secretCreation,
  flags: [
    ...dataFlags('secret'),
    { name: 'type', type: 'string', default: '', describe: 'The type of the secret; the server makes it Opaque.' },
  ],
  check(request) {
    checkSecretName(request);
    checkSources(request.flags);
  },
  make({ name, flags, context }) {
    const read = readData(flags, ['from-literal', 'from-file', 'from-env-file'], secretWords, context.io);
    return secretOf(name, String(flags.type), read, flags);
  },
});

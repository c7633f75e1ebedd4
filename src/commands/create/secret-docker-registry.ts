import { KctlError } from '../../lib/errors.ts';
import { fieldOrder, toCompactJson } from '../../lib/json.ts';
import type { FlagSpec, FlagValues } from '../command.ts';
import { creationCommand } from './creation.ts';
import { type Data, readData } from './data-sources.ts';
import { checkSecretName, secretCreation, secretOf, secretWords } from './secret.ts';

const key = '.dockerconfigjson';

const flags: readonly FlagSpec[] = [
  { name: 'append-hash', type: 'bool', default: false, describe: 'Append a hash of the secret to its name.' },
  { name: 'docker-email', type: 'string', default: '', describe: 'Mail address of the account.' },
  { name: 'docker-password', type: 'string', default: '', describe: 'Password of the account.' },
  {
    name: 'docker-server',
    type: 'string',
    default: 'https://index.docker.io/v1/',
    describe: 'Address of the registry.',
  },
  { name: 'docker-username', type: 'string', default: '', describe: 'Name of the account.' },
  {
    name: 'from-file',
    type: 'stringSlice',
    default: [],
    describe: `File with the configuration of a Docker client; its key is ${key}.`,
  },
];

/** `kctl create secret docker-registry`. */
export const createDockerRegistrySecretCommand = creationCommand({
  ...secretCreation,
  flags,
  check(request) {
    checkSecretName(request);
    const { flags: given } = request;
    const complete = ['docker-username', 'docker-password', 'docker-server'].every((name) => given[name] !== '');
    if ((given['from-file'] as readonly string[]).length > 0 || complete) return;
    throw new KctlError(
      'usage',
      'either --from-file or the combination of --docker-username, --docker-password and --docker-server is required',
    );
  },
  make({ name, flags: given, context }) {
    const files = given['from-file'] as readonly string[];
    const named = files.map((file) => (file.includes('=') ? file : `${key}=${file}`));
    const data =
      files.length > 0 ? readData({ 'from-file': named }, ['from-file'], secretWords, context.io) : credentials(given);
    return secretOf(name, 'kubernetes.io/dockerconfigjson', data, given);
  },
});

/** `~/.docker/config.json` with one account. */
function credentials(given: FlagValues): Data {
  const text = (name: string) => String(given[`docker-${name}`]);
  const [username, password, email] = [text('username'), text('password'), text('email')];
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  const account = { [fieldOrder]: true, username, password, ...(email && { email }), auth };
  return new Map([[key, Buffer.from(toCompactJson({ auths: { [text('server')]: account } }))]]);
}

import { changeStanza, loadForEdit, stanzaFile } from '../../kube/kubeconfig/edit.ts';
import type { UserEntry } from '../../kube/kubeconfig/model.ts';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand, type FlagSpec, type Invocation } from '../command.ts';
import { HelpError } from '../shared/errors.ts';
import { kubeconfigOptions } from '../shared/kubeconfig-options.ts';
import { base64File, pathFor, requireFile } from './local-file.ts';

interface SetCredentialsOptions extends Pick<Invocation, 'flags' | 'given'> {
  name: string;
  providerArgs: Changes;
  execEnv: Changes;
}

interface Changes {
  set: Map<string, string>;
  remove: Set<string>;
}

const text = (name: string, describe: string): FlagSpec => ({ name, type: 'string', default: '', describe });

/** `kctl config set-credentials NAME`. */
export const setCredentialsCommand = defineCommand<SetCredentialsOptions>({
  flags: [
    text('auth-provider', 'The auth provider of the user.'),
    {
      name: 'auth-provider-arg',
      type: 'stringSlice',
      default: [],
      describe: 'key=value for the auth provider; key- takes one away.',
    },
    text('client-certificate', 'File with the client certificate.'),
    text('client-key', 'File with the client key.'),
    { name: 'embed-certs', type: 'bool', default: false, describe: 'Keep the content of the files, not their paths.' },
    text('exec-api-version', 'API version of the credential plugin.'),
    { name: 'exec-arg', type: 'stringSlice', default: [], describe: 'New arguments of the credential plugin.' },
    text('exec-command', 'The credential plugin.'),
    {
      name: 'exec-env',
      type: 'stringArray',
      default: [],
      describe: 'key=value for the environment of the credential plugin; key- takes one away.',
    },
    text('exec-interactive-mode', 'Whether the plugin may ask questions: Never, IfAvailable, Always.'),
    {
      name: 'exec-provide-cluster-info',
      type: 'bool',
      default: false,
      describe: 'Tell the plugin which cluster it is for.',
    },
    text('password', 'Password for basic authentication.'),
    text('token', 'Bearer token.'),
    text('username', 'User name for basic authentication.'),
  ],
  complete({ args, flags, given }) {
    if (args.length !== 1) throw new HelpError(`unexpected args: [${args.join(' ')}]`);
    return {
      name: args[0]!,
      flags,
      given,
      providerArgs: readChanges(flags['auth-provider-arg'], 'auth-provider-arg'),
      execEnv: readChanges(flags['exec-env'], 'exec-env'),
    };
  },
  validate({ name, flags, given }, { io }) {
    if (name === '') throw new KctlError('usage', 'you must specify a non-empty user name');
    if (flags.token !== '' && (flags.username !== '' || flags.password !== '')) {
      const methods = '--token, --username/--password';
      throw new KctlError(
        'usage',
        `you cannot specify more than one authentication method at the same time: ${methods}`,
      );
    }
    const files = (['client-certificate', 'client-key'] as const).filter((flag) => flags[flag] !== '');
    if (flags['embed-certs'] === true) {
      if (files.length === 0) {
        throw new KctlError('usage', 'you must specify a --client-certificate or --client-key to embed');
      }
      for (const flag of files) requireFile(flag, String(flags[flag]), io.cwd);
    }
    const mode = String(flags['exec-interactive-mode']);
    if (given.has('exec-interactive-mode') && !['IfAvailable', 'Always', 'Never'].includes(mode)) {
      throw new KctlError('usage', 'invalid interactive mode type, can be only IfAvailable, Never, Always');
    }
  },
  async run(options, context) {
    const config = await loadForEdit(await kubeconfigOptions(context));
    const file = stanzaFile(config, 'users', options.name);
    await changeStanza(config, 'users', options.name, (before) => {
      const user = { ...before };
      setCertificates(user, options, context.io.cwd, file);
      setSecrets(user, options);
      setProvider(user, options);
      setExec(user, options);
      return user;
    });
    context.io.stdout.write(`User ${JSON.stringify(options.name)} set.\n`);
  },
});

/** @throws HelpError for what is neither `key=value` nor `key-` */
function readChanges(value: unknown, flag: string): Changes {
  const changes: Changes = { set: new Map(), remove: new Set() };
  for (const pair of value as readonly string[]) {
    const at = pair.indexOf('=');
    if (at > 0) changes.set.set(pair.slice(0, at), pair.slice(at + 1));
    else if (at < 0 && pair.endsWith('-') && pair.length > 1) changes.remove.add(pair.slice(0, -1));
    else throw new HelpError(`invalid ${flag} format: ${pair}`);
  }
  return changes;
}

function setCertificates(user: UserEntry, { flags, given }: SetCredentialsOptions, cwd: string, file: string): void {
  for (const field of ['client-certificate', 'client-key'] as const) {
    if (!given.has(field)) continue;
    const path = String(flags[field]);
    const embed = flags['embed-certs'] === true;
    user[field] = embed ? '' : pathFor(path, cwd, file);
    user[`${field}-data`] = embed ? base64File(path, cwd) : '';
  }
}

/** A token takes the place of a password, and the other way round. */
function setSecrets(user: UserEntry, { flags, given }: SetCredentialsOptions): void {
  const fields = (['token', 'username', 'password'] as const).filter((field) => given.has(field));
  for (const field of fields) user[field] = String(flags[field]);
  const isSet = (field: 'token' | 'username' | 'password') => fields.includes(field) && flags[field] !== '';
  const [token, basic] = [isSet('token'), isSet('username') || isSet('password')];
  if (basic && !token) user.token = '';
  if (token && !basic) {
    user.username = '';
    user.password = '';
  }
}

function setProvider(user: UserEntry, { flags, given, providerArgs }: SetCredentialsOptions): void {
  const name = String(flags['auth-provider']);
  if (given.has('auth-provider') && user['auth-provider']?.name !== name) user['auth-provider'] = { name };
  const provider = user['auth-provider'];
  if (!provider) return;
  const kept = Object.entries(provider.config ?? {}).filter(([key]) => !providerArgs.remove.has(key));
  const config = { ...Object.fromEntries(kept), ...Object.fromEntries(providerArgs.set) };
  user['auth-provider'] = { ...provider, config };
}

function setExec(user: UserEntry, { flags, given, execEnv }: SetCredentialsOptions): void {
  if (given.has('exec-command')) {
    const { args: _old, ...rest } = user.exec ?? {};
    user.exec = { ...rest, command: String(flags['exec-command']) };
  }
  if (!user.exec) return;
  const exec = { ...user.exec };
  if (given.has('exec-api-version')) exec.apiVersion = String(flags['exec-api-version']);
  const args = flags['exec-arg'] as readonly string[];
  if (args.length > 0) exec.args = [...args];
  if (given.has('exec-interactive-mode')) exec.interactiveMode = String(flags['exec-interactive-mode']);
  if (given.has('exec-provide-cluster-info')) exec.provideClusterInfo = flags['exec-provide-cluster-info'] === true;
  const kept = (exec.env ?? []).filter(({ name }) => !execEnv.remove.has(name));
  const changed = kept.map(({ name, value }) => ({ name, value: execEnv.set.get(name) ?? value }));
  const known = new Set(kept.map(({ name }) => name));
  const added = [...execEnv.set].filter(([name]) => !known.has(name)).map(([name, value]) => ({ name, value }));
  exec.env = [...changed, ...added];
  // The fields that Go writes also where they are empty.
  user.exec = {
    ...exec,
    args: exec.args?.length ? exec.args : null,
    env: exec.env.length > 0 || execEnv.remove.size > 0 ? exec.env : null,
    provideClusterInfo: exec.provideClusterInfo === true,
  };
}

import { buffer } from 'node:stream/consumers';
import { KctlError } from '../../lib/errors.ts';
import { escapeTerminal } from '../../lib/escape.ts';
import { signIn } from '../../oci/registry/sign-in.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { type ConnectionOptions, connectionFlags, connectionOptions, userRegistries } from '../pull/registry-access.ts';
import { usageError } from '../shared/errors.ts';
import { readLine } from '../shared/protected-contexts.ts';
import { readPassword } from './read-password.ts';
import { registryNamed } from './registry-named.ts';

interface LoginOptions extends ConnectionOptions {
  registry: string;
  username: string;
  password: string;
  fromStdin: boolean;
}

/** A password is a line; what is longer is something else. */
const MOST_BYTES = 1 << 16;

/** `kctl login`: keeps who the user is at a registry, once the registry has said that it knows them. */
export const loginCommand = defineCommand<LoginOptions>({
  flags: [
    { name: 'username', short: 'u', type: 'string', default: '', describe: 'The name that the registry knows.' },
    {
      name: 'password',
      short: 'p',
      type: 'string',
      default: '',
      describe: 'The password; others on this machine can see it while the command runs: better --password-stdin.',
    },
    { name: 'password-stdin', type: 'bool', default: false, describe: 'Take the password from standard input.' },
    ...connectionFlags,
  ],
  complete({ args, flags }, { tool, commandPath }) {
    if (args.length > 1) throw usageError('name one registry', `${tool} ${commandPath}`);
    return {
      registry: registryNamed(args[0]),
      username: String(flags.username ?? ''),
      password: String(flags.password ?? ''),
      fromStdin: flags['password-stdin'] === true,
      ...connectionOptions(flags),
    };
  },
  validate({ username, password, fromStdin }) {
    if (fromStdin && password !== '') {
      throw new KctlError('usage', '--password and --password-stdin are mutually exclusive');
    }
    if (fromStdin && username === '') throw new KctlError('usage', 'Must provide --username with --password-stdin');
  },
  async run(options, context) {
    const { io, signal } = context;
    const { registry } = options;
    const { http, config } = userRegistries(context, [registry], options);
    if (options.password !== '') {
      io.stderr.write('WARNING! A password on the command line can be seen by others. Use --password-stdin.\n');
    }
    const given = await userAndPassword(options, context);
    const credentials = await signIn(http, registry, given, {
      signal,
      onRetry: ({ message }) => io.stderr.write(`Trying again: ${message}\n`),
    });
    const { place, isPlain } = await config.keep(registry, credentials);
    if (isPlain) {
      io.stderr.write(
        `The password is kept as it is in ${escapeTerminal(place)}, which only you may read. A helper (credsStore, credHelpers there) keeps it safer.\n`,
      );
    }
    io.stdout.write('Login Succeeded\n');
  },
});

async function userAndPassword(
  { registry, username: given, password, fromStdin }: LoginOptions,
  { io, signal }: CommandContext,
): Promise<{ username: string; password: string }> {
  if (fromStdin) return { username: given, password: firstLine(await readAll(io.stdin)) };
  if (given !== '' && password !== '') return { username: given, password };
  if (!io.stdin.isTTY) {
    throw new KctlError('usage', 'Cannot perform an interactive login from a non TTY device', {
      hint: 'Give the name with -u and the password by --password-stdin.',
    });
  }
  let username = given;
  if (username === '') {
    io.stderr.write(`Username for ${registry}: `);
    username = await readLine(io, signal);
    if (signal.aborted) io.stderr.write('\n');
    signal.throwIfAborted();
  }
  const word = password !== '' ? password : await readPassword(io, 'Password: ', signal);
  if (username === '') throw new KctlError('usage', 'username is required');
  if (!word) throw new KctlError('usage', 'password is required');
  return { username, password: word };
}

async function readAll(stdin: CommandContext['io']['stdin']): Promise<string> {
  const bytes = await buffer(stdin);
  if (bytes.length > MOST_BYTES) throw new KctlError('usage', 'standard input is too long for a password');
  return bytes.toString();
}

function firstLine(text: string): string {
  const password = text.replace(/\r?\n$/, '');
  if (password === '') throw new KctlError('usage', 'password is empty');
  return password;
}

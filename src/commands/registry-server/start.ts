import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { defineCommand } from '../command.ts';
import { refuseArguments } from '../shared/no-arguments.ts';
import { withProgress } from '../shared/progress.ts';
import { launchRegistry } from './launch.ts';
import { REGISTRY_USER, type RegistryRecord, registryFiles } from './registry-files.ts';
import { type ServeOptions, serveRegistry } from './serve.ts';

interface StartOptions extends ServeOptions {
  foreground: boolean;
}

/** `kctl registry start`: in the background, or with `--foreground` in this process. */
export const startCommand = defineCommand<StartOptions>({
  flags: [
    {
      name: 'port',
      type: 'int',
      default: 0,
      describe: 'Port on 127.0.0.1; 0 keeps the last one, else takes 5000 or a free one.',
    },
    {
      name: 'auth',
      type: 'string',
      default: '',
      describe: 'Let in only users of this file, as "htpasswd -B", "-m" or "-s" writes it.',
    },
    {
      name: 'with-password',
      type: 'bool',
      default: false,
      describe: 'Let in only the user "kctl", with a password that is made and printed.',
    },
    { name: 'log-requests', type: 'bool', default: false, describe: 'Write each request to the log.' },
    { name: 'foreground', type: 'bool', default: false, describe: 'Run in this process until Ctrl-C.' },
  ],
  complete({ args, flags }, context) {
    refuseArguments(args, context);
    return {
      port: flags.port as number,
      auth: flags.auth ? resolve(context.io.cwd, String(flags.auth)) : undefined,
      withPassword: flags['with-password'] === true,
      logRequests: flags['log-requests'] === true,
      foreground: flags.foreground === true,
    };
  },
  validate({ port, auth, withPassword }) {
    if (port < 0 || port > 65_535) throw new KctlError('usage', `--port must be between 0 and 65535, not ${port}`);
    if (auth !== undefined && withPassword) {
      throw new KctlError('usage', '--auth and --with-password do not go together');
    }
  },
  async run(options, context) {
    const { io, tool } = context;
    const files = registryFiles(io.env);
    if (options.foreground) {
      await serveRegistry(files, options, context, ({ url }) => {
        io.stdout.write(`the registry is ready at ${url} (Ctrl-C stops it)\n`);
      });
      return;
    }
    const { record, started } = await withProgress(
      io,
      () => 'starting the registry',
      () => launchRegistry(files, options, io.env),
    );
    const refused = record.cluster && !started && (options.withPassword || options.auth !== undefined);
    if (refused && record.auth === undefined && record.password === undefined) {
      throw new KctlError(
        'conflict',
        `the cluster "${record.cluster}" serves the registry, to everybody on this machine`,
        {
          hint: `stop that first: ${tool} cluster stop --name ${record.cluster}; a cluster that starts later uses this registry`,
        },
      );
    }
    const asked =
      options.port !== 0 && options.port !== record.port ? ` (not on port ${options.port}: stop it first)` : '';
    io.stdout.write(`registry ${started ? 'started' : 'is already running'} at ${hostOf(record)}${asked}\n`);
    if (record.password) io.stdout.write(`User: ${REGISTRY_USER}\nPassword: ${record.password}\n`);
    if (started)
      io.stdout.write(`Images that are called ${hostOf(record)}/NAME are pushed to it and pulled from it.\n`);
  },
});

/** As names of images have it. */
export function hostOf({ port }: RegistryRecord): string {
  return `localhost:${port}`;
}

import { clientVersion, type VersionInfo, versionSkew } from '../lib/client-version.ts';
import { KctlError } from '../lib/errors.ts';
import { toYaml } from '../lib/yaml.ts';
import { defineCommand } from './command.ts';

interface VersionOptions {
  clientOnly: boolean;
  output: string;
  args: readonly string[];
}

/** The kustomize whose behaviour `kustomize` and `-k` have. */
const kustomizeVersion = 'v5.5.0';

/** `kctl version`: the program's own version and the server's. */
export const versionCommand = defineCommand<VersionOptions>({
  flags: [
    {
      name: 'client',
      type: 'bool',
      default: false,
      describe: "Show the program's own version only; no server is asked.",
    },
    {
      name: 'output',
      short: 'o',
      type: 'string',
      default: '',
      describe: "One of 'yaml' or 'json'.",
      complete: { from: 'words', words: ['json', 'yaml'] },
    },
  ],
  complete: ({ flags, args }) => ({
    clientOnly: flags.client === true,
    output: String(flags.output),
    args,
  }),
  validate({ args, output, clientOnly }) {
    // kubectl looks at arguments only on the way to a server.
    if (args.length > 0 && !clientOnly) throw new KctlError('usage', `extra arguments: [${args.join(' ')}]`);
    if (output !== '' && output !== 'yaml' && output !== 'json') {
      throw new KctlError('usage', "--output must be 'yaml' or 'json'");
    }
  },
  async run({ clientOnly, output }, context) {
    const own = clientVersion();
    let serverVersion: VersionInfo | undefined;
    let failure: unknown;
    if (!clientOnly) {
      const { transport } = await context.connect();
      try {
        serverVersion = await transport.json<VersionInfo>({ method: 'GET', path: '/version', signal: context.signal });
      } catch (error) {
        failure = error;
      }
    }
    const { stdout, stderr } = context.io;
    if (output !== '') {
      const all = { clientVersion: own, kustomizeVersion, ...(serverVersion && { serverVersion }) };
      stdout.write(output === 'json' ? `${JSON.stringify(all, null, 2)}\n` : `${toYaml(all)}\n`);
    } else {
      stdout.write(`Client Version: ${own.gitVersion}\nKustomize Version: ${kustomizeVersion}\n`);
      if (serverVersion) stdout.write(`Server Version: ${serverVersion.gitVersion}\n`);
    }
    const skew = serverVersion && versionSkew(own, serverVersion);
    if (skew !== undefined) stderr.write(`${skew}\n`);
    // What is known is printed before the server's failure is, as kubectl does.
    if (failure !== undefined) throw failure;
  },
});

import { KctlError } from '../lib/errors.ts';
import { kctlVersion } from '../lib/version.ts';
import { toYaml } from '../lib/yaml.ts';
import { defineCommand } from './command.ts';

interface VersionOptions {
  clientOnly: boolean;
  output: string;
  args: readonly string[];
}

/** What `/version` answers; kctl describes itself in the same words. */
interface VersionInfo {
  gitVersion: string;
  major: string;
  minor: string;
  platform: string;
  [field: string]: string;
}

/** `kctl version`: the program's own version and the server's. */
export const versionCommand = defineCommand<VersionOptions>({
  flags: [
    {
      name: 'client',
      type: 'bool',
      default: false,
      describe: "Show the program's own version only; no server is asked.",
    },
    { name: 'output', short: 'o', type: 'string', default: '', describe: "One of 'yaml' or 'json'." },
  ],
  complete: ({ flags, args }) => ({
    clientOnly: flags.client === true,
    output: String(flags.output),
    args,
  }),
  validate({ args, output }) {
    if (args.length > 0) throw new KctlError('usage', `extra arguments: [${args.join(' ')}]`);
    if (output !== '' && output !== 'yaml' && output !== 'json') {
      throw new KctlError('usage', "--output must be 'yaml' or 'json'");
    }
  },
  async run({ clientOnly, output }, context) {
    const clientVersion = ownVersion();
    let serverVersion: VersionInfo | undefined;
    let failure: unknown;
    if (!clientOnly) {
      try {
        const { transport } = await context.connect();
        serverVersion = await transport.json<VersionInfo>({ method: 'GET', path: '/version', signal: context.signal });
      } catch (error) {
        failure = error;
      }
    }
    const { stdout } = context.io;
    if (output !== '') {
      const both = { clientVersion, ...(serverVersion && { serverVersion }) };
      stdout.write(output === 'json' ? `${JSON.stringify(both, null, 2)}\n` : toYaml(both));
    } else {
      stdout.write(`Client Version: ${clientVersion.gitVersion}\n`);
      if (serverVersion) stdout.write(`Server Version: ${serverVersion.gitVersion}\n`);
    }
    // What is known is printed before the server's failure is, as kubectl does.
    if (failure !== undefined) throw failure;
  },
});

function ownVersion(): VersionInfo {
  const [major = '', minor = ''] = kctlVersion.split('.');
  const architectures: Record<string, string> = { x64: 'amd64' };
  return {
    gitVersion: `v${kctlVersion}`,
    major,
    minor,
    nodeVersion: process.version,
    platform: `${process.platform}/${architectures[process.arch] ?? process.arch}`,
  };
}

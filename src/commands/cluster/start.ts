import { isIP } from 'node:net';
import { KctlError } from '../../lib/errors.ts';
import { quantityValue } from '../../lib/quantity.ts';
import { defineCommand } from '../command.ts';
import { withProgress } from '../shared/progress.ts';
import { type ClusterFiles, contextNameOf, readRecord } from './cluster-files.ts';
import { type LaunchOptions, LOOPBACK, launch } from './launch.ts';
import { serve } from './serve.ts';
import { dataDirFlag, filesFrom, nameFlag, onlyFlags } from './which-cluster.ts';

const HOST_NAME = /^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/i;

/** Less would not hold what every cluster has. */
const SMALLEST_QUOTA = 8 * 1024 * 1024;

/** In bytes; NaN for what is no quantity. */
function quotaFrom(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    return quantityValue(text);
  } catch {
    return Number.NaN;
  }
}

interface StartOptions extends Required<LaunchOptions> {
  files: ClusterFiles;
  foreground: boolean;
}

/** `kctl cluster start`: in the background, or with `--foreground` in this process. */
export const startCommand = defineCommand<StartOptions>({
  flags: [
    nameFlag,
    { name: 'port', type: 'int', default: 0, describe: 'Port; 0 keeps the last one or takes a free one.' },
    {
      name: 'address',
      type: 'string',
      default: LOOPBACK,
      describe: 'IP address to listen on; 0.0.0.0 lets other machines in, over TLS and with credentials only.',
    },
    {
      name: 'tls-san',
      type: 'stringSlice',
      describe: 'Further host names and addresses that the server certificate is good for.',
    },
    { name: 'nodes', type: 'int', default: 3, describe: 'Simulated nodes of a new cluster.' },
    dataDirFlag,
    {
      name: 'quota',
      type: 'string',
      describe:
        'What stored objects may take together, such as 512Mi; by default a sixteenth of what the heap may grow to.',
    },
    { name: 'empty', type: 'bool', default: false, describe: 'A new cluster starts without the demo workloads.' },
    { name: 'foreground', type: 'bool', default: false, describe: 'Run in this process until Ctrl-C.' },
  ],
  complete(invocation, context) {
    onlyFlags(invocation);
    const { flags, given } = invocation;
    const files = filesFrom(invocation, context);
    const known = readRecord(files);
    return {
      files,
      port: flags.port as number,
      address: flags.address as string,
      tlsNames: (flags['tls-san'] as string[] | undefined) ?? [],
      nodes: given.has('nodes') ? (flags.nodes as number) : (known?.nodes ?? (flags.nodes as number)),
      seed: given.has('empty') ? (flags.empty ? 'empty' : 'demo') : (known?.seed ?? 'demo'),
      foreground: flags.foreground as boolean,
      quota: quotaFrom(flags.quota as string | undefined),
    };
  },
  validate({ port, address, tlsNames, nodes, quota }) {
    if (quota !== undefined && !(quota >= SMALLEST_QUOTA)) {
      throw new KctlError('usage', '--quota must be a quantity of at least 8Mi, such as 512Mi');
    }
    if (isIP(address) === 0) throw new KctlError('usage', `--address must be an IP address, not "${address}"`);
    for (const name of tlsNames) {
      if (isIP(name) === 0 && !HOST_NAME.test(name)) {
        throw new KctlError('usage', `--tls-san must be host names and IP addresses, not "${name}"`);
      }
    }
    if (port < 0 || port > 65_535) throw new KctlError('usage', `--port must be between 0 and 65535, not ${port}`);
    if (nodes < 1 || nodes > 5000) throw new KctlError('usage', `--nodes must be between 1 and 5000, not ${nodes}`);
  },
  async run(options, { io, tool, ...context }) {
    const { files } = options;
    if (options.foreground) {
      await serve(files, options, { io, tool, ...context }, (url) => {
        io.stdout.write(`cluster "${files.name}" is ready at ${url} (Ctrl-C stops it)\n`);
      });
      return;
    }
    const { record, started } = await withProgress(
      io,
      () => `starting the cluster "${files.name}"`,
      () => launch(files, options, io.env),
    );
    const asked =
      options.port !== 0 && options.port !== record.port
        ? ` (not on port ${options.port}: stop it first)`
        : options.address !== (record.address ?? LOOPBACK)
          ? ` (it listens on ${record.address ?? LOOPBACK}, not on ${options.address}: stop it first)`
          : '';
    io.stdout.write(
      started
        ? `cluster "${files.name}" started at ${record.url}\n`
        : `cluster "${files.name}" is already running at ${record.url}${asked}\n`,
    );
    if (started) {
      if (record.registry) io.stdout.write(`Its nodes pull what is built here or pushed to ${record.registry}\n`);
      io.stdout.write(
        `Use it: ${tool} --kubeconfig ${files.kubeconfig} --context ${contextNameOf(files.name)} get pods -A\n`,
      );
    }
  },
});

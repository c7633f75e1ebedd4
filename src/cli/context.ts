import type { CommandContext, FlagValues } from '../commands/command.ts';
import { changesObjects } from '../commands/shared/changing-verbs.ts';
import type { Cluster } from '../kube/cluster.ts';
import { KctlError } from '../lib/errors.ts';
import { escapeTerminal } from '../lib/escape.ts';
import type { IoStreams } from '../lib/io.ts';
import { rawTerminal } from '../lib/terminal-guard.ts';
import { kctlVersion } from '../lib/version.ts';
import { connectsFirst } from './connects-first.ts';

export interface ContextParts extends Omit<CommandContext, 'connect' | 'startEmulator' | 'snapshots'> {
  /** Values of the command's own flags. */
  flags?: FlagValues;
}

/** How a cluster is opened; tests put their own in. */
export type OpenCluster = (parts: ContextParts) => Promise<Cluster>;

export interface CliContext extends CommandContext {
  /** 1, after saying so, where warnings came and `--warnings-as-errors` was given. */
  warningsCode(): number | undefined;
}

/** The context of one run. Nothing of kube/ is loaded before a command connects. */
export function createContext(parts: ContextParts, open: OpenCluster = openNamedCluster): CliContext {
  const clusters = new Map<string | undefined, Promise<Cluster>>();
  let warnings = 0;
  const warn = (text: string) => {
    warnings++;
    rawTerminal(parts.io.stderr).write(warningLine(text, parts.io));
  };
  return {
    ...parts,
    connect(contextName) {
      const known = clusters.get(contextName);
      if (known) return known;
      const named =
        contextName === undefined ? parts : { ...parts, globals: { ...parts.globals, context: contextName } };
      const cluster = openChecked(named, open).then((opened) => {
        opened.transport.onWarning(warn);
        return guarded(opened, named);
      });
      clusters.set(contextName, cluster);
      return cluster;
    },
    async startEmulator(settings) {
      const { startEmulator } = await import('../emulator/start.ts');
      return startEmulator(settings);
    },
    async snapshots(dataDir) {
      const { OfflineSnapshots } = await import('../emulator/snapshots/offline.ts');
      return new OfflineSnapshots(dataDir, Date.now);
    },
    warningsCode() {
      if (warnings === 0 || parts.globals['warnings-as-errors'] !== true) return undefined;
      parts.io.stderr.write(`error: ${warnings} ${warnings === 1 ? 'warning' : 'warnings'} received\n`);
      return 1;
    },
  };
}

/** What a protected context asks, and the journal of changes: neither is kubectl's, and reading needs neither. */
async function guarded(cluster: Cluster, parts: ContextParts): Promise<Cluster> {
  if (parts.tool === 'kubectl' || !changesObjects(parts.commandPath)) return cluster;
  const { guardWrites } = await import('../commands/shared/guard-writes.ts');
  return guardWrites(cluster, { flags: {}, ...parts });
}

/** @throws KctlError where `--match-server-version` is given and the server is of another version */
async function openChecked(parts: ContextParts, open: OpenCluster): Promise<Cluster> {
  const cluster = await open(parts);
  if (parts.globals['match-server-version'] !== true) return cluster;
  const { clientVersion } = await import('../lib/client-version.ts');
  const own = clientVersion().gitVersion;
  const { gitVersion } = await cluster.transport.json<{ gitVersion: string }>({ method: 'GET', path: '/version' });
  if (gitVersion === own) return cluster;
  throw new KctlError('usage', `server version (${gitVersion}) differs from client version (${own})`);
}

/** Opens the cluster the flags and kubeconfig name; kctl's own one where they name none. */
export async function openNamedCluster(parts: ContextParts): Promise<Cluster> {
  const { io, tool, globals } = parts;
  const [{ openCluster }, { hasConfiguration }, { clusterOptions }] = await Promise.all([
    import('../kube/open-cluster.ts'),
    import('../kube/kubeconfig/has-configuration.ts'),
    import('../kube/cluster-options.ts'),
  ]);
  const options = clusterOptions(globals, {
    env: io.env,
    cwd: io.cwd,
    stderr: io.stderr,
    tool,
    version: kctlVersion,
    ...(io.progress && { progress: io.progress }),
  });
  if (connectsFirst(parts.commandPath, parts.flags ?? {})) options.connectsFirst = true;
  if (tool !== 'kubectl' && !hasConfiguration(options)) {
    const { ensureLocalCluster } = await import('./local-cluster.ts');
    const kubeconfig = await ensureLocalCluster(io, tool);
    if (kubeconfig !== undefined) options.kubeconfig = kubeconfig;
  }
  return openCluster(options);
}

/** kubectl's line for a `Warning:` header; yellow only where someone looks at a terminal that has colours. */
function warningLine(text: string, io: IoStreams): string {
  const coloured = io.stderr.isTTY && !io.env.NO_COLOR && io.env.TERM !== 'dumb';
  const shown = escapeTerminal(text);
  return coloured ? `\u001b[33;1mWarning:\u001b[0m ${shown}\n` : `Warning: ${shown}\n`;
}

import { readFileSync } from 'node:fs';
import type { ClockStatus } from '../../api/control/clock.ts';
import type { FaultsListed } from '../../api/control/faults.ts';
import type { NodeSummary } from '../../api/control/nodes.ts';
import { humanDuration } from '../../lib/age.ts';
import { type CommandContext, defineCommand } from '../command.ts';
import { isLocked } from '../shared/process-lock.ts';
import { clockText } from './clock.ts';
import { type ClusterFiles, clusterFiles, clusterNames, readRecord } from './cluster-files.ts';
import { type ClusterControl, clusterControl } from './control.ts';
import { isReady } from './ready.ts';
import { dataDirFlag, filesFrom, nameFlag, onlyFlags, requireCluster } from './which-cluster.ts';

/** `running`: /readyz answers. `starting`: the process lives, /readyz does not answer (yet). */
type ClusterState = 'running' | 'starting' | 'stopped';

async function stateOf(files: ClusterFiles): Promise<ClusterState> {
  const record = readRecord(files);
  if (!record || !(await isLocked(files.lock))) return 'stopped';
  return (await isReady(files, record.url)) ? 'running' : 'starting';
}

/** Resident memory in MiB; known only where the system tells it in /proc. */
function residentMemory(pid: number): number | undefined {
  try {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kib === undefined ? undefined : Math.round(Number(kib) / 1024);
  } catch {
    return undefined;
  }
}

async function controlOf(
  files: ClusterFiles,
  state: ClusterState,
  context: CommandContext,
): Promise<ClusterControl | undefined> {
  return state === 'running' ? clusterControl(files, context).catch(() => undefined) : undefined;
}

/** What a running cluster answers; undefined where it cannot say: an older kctl, or one that ends at this moment. */
async function ask<T>(control: ClusterControl | undefined, path: string): Promise<T | undefined> {
  try {
    return await control?.call<T>('GET', path);
  } catch {
    return undefined;
  }
}

/** How many faults are set; undefined where there are none. */
async function faultsOf(control: ClusterControl | undefined, tool: string): Promise<string | undefined> {
  const { faults = [] } = (await ask<FaultsListed>(control, 'faults')) ?? {};
  return faults.length > 0 ? `${faults.length} (see: ${tool} cluster fault list)` : undefined;
}

/** How time goes, where that is not as on the wall. */
async function timeOf(control: ClusterControl | undefined): Promise<string | undefined> {
  const clock = await ask<ClockStatus>(control, 'clock');
  if (!clock) return undefined;
  const isUsual = !clock.paused && clock.speed === 1 && Math.abs(clock.aheadMs) < 1000;
  return isUsual ? undefined : clockText(clock);
}

/** `6`, or `6, 1 not ready`. */
async function nodesOf(control: ClusterControl | undefined): Promise<string | undefined> {
  const { nodes } = (await ask<{ nodes: NodeSummary[] }>(control, 'nodes')) ?? {};
  if (!nodes) return undefined;
  const notReady = nodes.filter(({ status }) => status.startsWith('NotReady')).length;
  return notReady > 0 ? `${nodes.length}, ${notReady} not ready` : String(nodes.length);
}

/** `kctl cluster status`: exit code 0 when it runs, 1 when it does not. */
export const statusCommand = defineCommand<ClusterFiles>({
  flags: [nameFlag, dataDirFlag],
  complete(invocation, context) {
    onlyFlags(invocation);
    return filesFrom(invocation, context);
  },
  async run(files, context) {
    const { io } = context;
    requireCluster(files, io.env, context.tool);
    const state = await stateOf(files);
    const record = readRecord(files);
    const rows: [string, string | undefined][] = [
      ['Name', files.name],
      ['State', state],
    ];
    if (record && state !== 'stopped') {
      const memory = residentMemory(record.pid);
      rows.push(
        ['URL', record.url],
        ['Listens on', record.address],
        ['Process', String(record.pid)],
        ['Running for', humanDuration(Date.now() - Date.parse(record.startedAt))],
        ['Registry', record.registry],
        ['Memory', memory === undefined ? undefined : `${memory} MiB`],
      );
    }
    const control = await controlOf(files, state, context);
    rows.push(
      ['Time', await timeOf(control)],
      ['Faults', await faultsOf(control, context.tool)],
      ['Nodes', await nodesOf(control)],
      ['Kubeconfig', files.kubeconfig],
      ['Data', files.dataDir],
      ['Log', files.log],
    );
    for (const [label, value] of rows) if (value !== undefined) io.stdout.write(`${`${label}:`.padEnd(14)}${value}\n`);
    return state === 'stopped' ? 1 : 0;
  },
});

/** `kctl cluster list` */
export const listCommand = defineCommand<Record<string, string | undefined>>({
  flags: [dataDirFlag],
  complete(invocation, { io }) {
    onlyFlags(invocation);
    const { flags } = invocation;
    const home = flags['data-dir'] as string | undefined;
    return home ? { ...io.env, KCTL_HOME: home } : io.env;
  },
  async run(env, context) {
    const { io } = context;
    const names = clusterNames(env);
    if (names.length === 0) {
      io.stderr.write(`No clusters yet; start one with: ${context.tool} cluster start\n`);
      return;
    }
    const rows = [['NAME', 'STATE', 'NODES', 'URL']];
    for (const name of names) {
      const files = clusterFiles(env, name);
      const record = readRecord(files);
      const state = await stateOf(files);
      const nodes = await nodesOf(await controlOf(files, state, context));
      rows.push([name, state, nodes ?? '', state === 'stopped' ? '' : (record?.url ?? '')]);
    }
    const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
    for (const row of rows)
      io.stdout.write(
        `${row
          .map((cell, i) => cell.padEnd(widths[i]! + 3))
          .join('')
          .trimEnd()}\n`,
      );
  },
});

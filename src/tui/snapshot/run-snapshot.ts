import type { Cluster } from '../../kube/cluster.ts';
import type { ClusterOptions } from '../../kube/cluster-options.ts';
import type { Program } from '../../kube/program.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { themeNames } from '../../theme/load-theme.ts';
import { clusterServices } from '../cluster-services.ts';
import { runLine } from '../commands/registry.ts';
import { tableAtOnce } from '../commands/table.ts';
import { Dashboard } from '../dashboard.ts';
import type { Replay } from '../replay/open-replay.ts';
import { Looks } from '../settings/looks.ts';
import { parseSize, type SnapshotFormat, snapshot, snapshotFormats } from './snapshot.ts';
import { waitUntilSeen } from './wait-until-seen.ts';

export interface SnapshotRequest {
  cluster: Cluster;
  io: IoStreams;
  signal: AbortSignal;
  clusterOptions: ClusterOptions;
  program?: Program;
  /** A recording in place of the cluster; it is shown as it began. */
  replay?: Replay;
  themeName?: string;
  /** As typed after `:`, or an address. Default: pods. */
  line?: string;
  format: string;
  /** `120x40`; absent: text and data as long as they are, pictures of 120×40. */
  size?: string;
  /** How long to wait for the content, ms. */
  waitMs: number;
}

/**
 * Prints one view and ends, without a terminal.
 * @returns 0, or 1 with the reason on stderr where it cannot be shown
 * @throws KctlError `usage` for a format or size that is none
 */
export async function runSnapshot(request: SnapshotRequest): Promise<number> {
  const { cluster, io, signal, clusterOptions, program, replay, themeName, size, waitMs } = request;
  const format = snapshotFormats.find((known) => known === request.format);
  if (!format) {
    throw new KctlError('usage', `"${request.format}" is no format of a snapshot`, {
      hint: `There are: ${snapshotFormats.join(', ')}`,
    });
  }
  const { env } = io;
  const line = request.line ?? replay?.line;
  const { columns, rows } = parseSize(size ?? '120x40');
  const isPicture = format === 'svg' || format === 'html';
  const looks = new Looks({ env: { ...env, TERM: 'picture' }, depth: isPicture ? 'truecolor' : 'none', themeName });
  const theme = looks.dress(looks.readFiles(cluster.contextName).settings);
  const dashboard = new Dashboard({
    // What is looked at in passing is not what was seen last.
    services: { ...(replay?.services ?? clusterServices(cluster, clusterOptions, program)), memoryFile: undefined },
    theme,
    columns,
    rows,
    themeNames: themeNames(env),
    loadTheme: looks.load,
    readFiles: looks.readFiles,
    onQuit: () => undefined,
  });
  try {
    return await print(dashboard, { line, format, whole: size !== undefined || isPicture, waitMs, signal, io });
  } finally {
    dashboard.close();
  }
}

interface Print {
  line: string | undefined;
  format: SnapshotFormat;
  whole: boolean;
  waitMs: number;
  signal: AbortSignal;
  io: IoStreams;
}

async function print(dashboard: Dashboard, { line, format, whole, waitMs, signal, io }: Print): Promise<number> {
  try {
    if (line === undefined || tableAtOnce(line, dashboard.namespace)) dashboard.start(line ?? '');
    else {
      dashboard.start('');
      await runLine(dashboard, line.startsWith('kctl://') ? `open ${line}` : line);
    }
    await waitUntilSeen(dashboard, { limitMs: waitMs, facts: whole, signal });
  } catch (error) {
    if (signal.aborted) throw error;
    const { message } = error as Error;
    const hint = error instanceof KctlError && error.hint ? `\n${error.hint}` : '';
    io.stderr.write(`error: nothing to show: ${message}${hint}\n`);
    return 1;
  }
  io.stdout.write(snapshot(dashboard, format, whole));
  return 0;
}

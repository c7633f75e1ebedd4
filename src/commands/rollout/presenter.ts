import type { IoStreams } from '../../lib/io.ts';
import type { ProgressLog } from './progress-log.ts';
import type { WatchedStore } from './watched.ts';

/** Shows what is watched, again and again. @param now ms on the cluster's clock */
export type Present = (watched: readonly WatchedStore[], now: number) => void;

export const isLive = ({ stdout, env }: IoStreams): boolean => stdout.isTTY === true && env.TERM !== 'dumb';

/** In place and in colour on a terminal; a log of changes on a pipe. */
export async function presenter(io: IoStreams): Promise<Present> {
  return isLive(io) ? livePresenter(io) : plainPresenter(io);
}

async function livePresenter({ stdout, env }: IoStreams): Promise<Present> {
  const [{ supportsColor }, { treeStyle }, { LinePainter }, { watchLines }] = await Promise.all([
    import('chalk'),
    import('./tree-style.ts'),
    import('./line-painter.ts'),
    import('./watch-lines.ts'),
  ]);
  const style = treeStyle(env.NO_COLOR || !supportsColor ? 0 : supportsColor.level);
  const painter = new LinePainter(stdout);
  return (watched, now) => {
    const rollouts = watched.map(({ store, verdict }) => ({ snapshot: store.getSnapshot(), verdict }));
    painter.paint(watchLines(rollouts, now, (stdout.rows || 24) - 1, stdout.columns || 80), style);
  };
}

async function plainPresenter({ stdout }: IoStreams): Promise<Present> {
  const { ProgressLog: Log } = await import('./progress-log.ts');
  const logs = new Map<WatchedStore, ProgressLog>();
  return (watched) => {
    for (const one of watched) {
      const log = logs.get(one) ?? new Log(watched.length > 1 ? `${one.name}: ` : '');
      logs.set(one, log);
      for (const line of log.next(one.store.getSnapshot())) stdout.write(`${line}\n`);
    }
  };
}

import { parseGoDuration } from '../../lib/duration.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { type RolloutSnapshot, RolloutStore } from '../../store/rollout/rollout-store.ts';
import { systemTiming } from '../../store/timing.ts';
import { defineCommand } from '../command.ts';
import { followRollout, imageAsker } from './follow-rollout.ts';
import { LinePainter } from './line-painter.ts';
import { ProgressLog } from './progress-log.ts';
import { groupKind, keeperOf } from './revision-history.ts';
import { rolloutLines } from './tree-lines.ts';
import { RolloutJudge, type Verdict } from './verdict.ts';
import { readSelection, selectionFlags, selectWorkloads, type Workload, type WorkloadSelection } from './workloads.ts';

interface WatchOptions extends WorkloadSelection {
  /** Milliseconds; 0 is until the rollout is decided. */
  timeout: number;
}

/** `kctl rollout watch`: a live tree until the rollout is done (0) or will not be (1, with the reason). */
export const watchCommand = defineCommand<WatchOptions>({
  flags: [
    ...selectionFlags,
    { name: 'timeout', type: 'duration', default: '0s', describe: 'How long to watch; 0 is until it is decided.' },
  ],
  complete: (invocation) => ({
    ...readSelection(invocation),
    timeout: parseGoDuration(String(invocation.flags.timeout)),
  }),
  async run({ timeout, ...selection }, context) {
    const cluster = await context.connect();
    for await (const item of selectWorkloads(selection, cluster, context)) {
      if (item instanceof KctlError) throw item;
      checkKind(item);
      const now = () => cluster.transport.now();
      const store = new RolloutStore({ ...systemTiming, now });
      const stop = await followRollout(store, item, cluster);
      try {
        const verdict = await watchRollout(store, { ...context, timeout, now, askImages: imageAsker(store, cluster) });
        if (verdict.code !== 0) throw new KctlError('api', verdict.message);
      } finally {
        stop();
        store.dispose();
      }
    }
  },
});

function checkKind(workload: Workload): void {
  if (keeperOf(workload.object.kind)) return;
  throw new KctlError('usage', `no status viewer has been implemented for ${groupKind(workload)}`);
}

/** How often ages and the verdict are looked at again where nothing else happens. */
const TICK_MS = 1000;

/**
 * Shows the store until the rollout is decided.
 * @param options.timeout in ms of this machine's time; `now` is the server's, to which ages are counted
 */
export async function watchRollout(
  store: RolloutStore,
  options: { io: IoStreams; signal: AbortSignal; timeout: number; now: () => number; askImages: () => void },
): Promise<Verdict> {
  const { io, signal, timeout, now: serverNow, askImages } = options;
  const show = await presenter(io);
  const started = Date.now();
  const judge = new RolloutJudge(started);
  const { promise, resolve, reject } = Promise.withResolvers<Verdict>();
  const unsubscribe = store.subscribe(() => {
    const snapshot = store.getSnapshot();
    const now = Date.now();
    show(snapshot, serverNow());
    askImages();
    const verdict = judge.judge(snapshot, now);
    if (verdict) resolve(verdict);
    else if (timeout > 0 && now - started >= timeout)
      resolve({ code: 1, message: 'timed out waiting for the condition' });
  });
  const tick = setInterval(() => store.flush(), TICK_MS);
  const interrupt = () => reject(new KctlError('usage', 'interrupted', { exitCode: 130 }));
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    return await promise;
  } finally {
    clearInterval(tick);
    unsubscribe();
    signal.removeEventListener('abort', interrupt);
  }
}

/** In place and in colour on a terminal; a log of changes on a pipe. */
async function presenter({ stdout, env }: IoStreams): Promise<(snapshot: RolloutSnapshot, now: number) => void> {
  if (stdout.isTTY && env.TERM !== 'dumb') {
    const [{ supportsColor }, { treeStyle }] = await Promise.all([import('chalk'), import('./tree-style.ts')]);
    const style = treeStyle(env.NO_COLOR || !supportsColor ? 0 : supportsColor.level);
    const painter = new LinePainter(stdout);
    return (snapshot, now) => painter.paint(rolloutLines(snapshot, now), style);
  }
  const log = new ProgressLog();
  return (snapshot) => {
    for (const line of log.next(snapshot)) stdout.write(`${line}\n`);
  };
}

import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import { RolloutFetcher } from '../../store/rollout/fetcher.ts';
import type { RolloutRecorder } from '../../store/rollout/recording.ts';
import { RolloutStore } from '../../store/rollout/rollout-store.ts';
import type { Verdict } from '../../store/rollout/verdict.ts';
import { systemTiming } from '../../store/timing.ts';
import type { CommandContext } from '../command.ts';
import { throwCollected } from '../shared/errors.ts';
import type { WorldOptions } from './diff/world.ts';
import { followRollout, rolloutReader } from './follow-rollout.ts';
import { type Present, presenter } from './presenter.ts';
import { groupKind, keeperOf } from './revision-history.ts';
import { WatchedStore } from './watched.ts';
import type { Workload } from './workloads.ts';

export interface WatchSettings {
  /** ms of this machine's time; 0 is until all are decided. */
  timeout: number;
  registries: WorldOptions;
  /** Where everything that comes is written down; undefined: nowhere. */
  record?: string | undefined;
}

/** How often ages and verdicts are looked at again where nothing else happens. */
const TICK_MS = 1000;

/**
 * Watches the rollouts of workloads, all in one picture, until each is decided.
 * @throws KctlError with why those failed that did; `usage` for kinds without rollouts
 */
export async function watchWorkloads(
  workloads: readonly Workload[],
  cluster: Cluster,
  context: Pick<CommandContext, 'io' | 'signal'>,
  settings: WatchSettings,
): Promise<void> {
  for (const workload of workloads) {
    if (keeperOf(workload.object.kind)) continue;
    throw new KctlError('usage', `no status viewer has been implemented for ${groupKind(workload)}`);
  }
  const now = () => cluster.transport.now();
  const recording = settings.record === undefined ? undefined : await openRecording(settings.record, now, workloads);
  // What is asked for besides must not keep the program when all is decided.
  const over = new AbortController();
  const asking = { io: context.io, signal: AbortSignal.any([context.signal, over.signal]) };
  const stops: (() => void)[] = [() => over.abort()];
  try {
    const watched = await Promise.all(
      workloads.map(async (workload, index) => {
        const { kind, metadata } = workload.object;
        const tap =
          recording && ((event: Parameters<RolloutRecorder['event']>[1]) => recording.recorder.event(index, event));
        const store = new RolloutStore({ ...systemTiming, now }, tap);
        const fetcher = new RolloutFetcher(store, rolloutReader(workload, cluster, settings.registries, asking), () =>
          Date.now(),
        );
        stops.push(() => {
          fetcher.close();
          store.dispose();
        });
        stops.push(await followRollout(store, workload, cluster));
        return new WatchedStore(`${kind.toLowerCase()}/${metadata.name}`, store, Date.now(), fetcher);
      }),
    );
    const present = await presenter(context.io);
    await untilDecided(watched, {
      ...context,
      ...settings,
      now,
      present,
      decided: (of, verdict) => recording?.recorder.verdict(of, verdict),
    });
    fail(watched);
  } finally {
    for (const stop of stops) stop();
    const problem = recording?.close();
    if (problem) context.io.stderr.write(`Warning: the recording ends before the watch did: ${problem.message}\n`);
  }
}

/**
 * The exit code is that of the worst.
 * @param code `api` where a cluster said so, which may be asked for more of it
 * @throws KctlError
 */
export function fail(watched: readonly WatchedStore[], code: 'api' | 'input' = 'api'): void {
  const whose = (name: string) => (watched.length > 1 ? `${name}: ` : '');
  throwCollected(
    watched.flatMap(({ name, verdict }) =>
      verdict && verdict.code !== 0 ? [new KctlError(code, whose(name) + verdict.message)] : [],
    ),
  );
}

interface Watching extends Pick<CommandContext, 'signal'> {
  timeout: number;
  /** ms on the cluster's clock, to which ages are counted. */
  now: () => number;
  present: Present;
  decided: (of: number, verdict: Verdict) => void;
}

async function untilDecided(watched: readonly WatchedStore[], watching: Watching): Promise<void> {
  const { signal, timeout, now, present, decided } = watching;
  const started = Date.now();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const look = () => {
    for (const [index, one] of watched.entries()) {
      const verdict = one.look(Date.now());
      if (verdict) decided(index, verdict);
    }
    present(watched, now());
    if (watched.every(({ verdict }) => verdict)) resolve();
    else if (timeout > 0 && Date.now() - started >= timeout)
      reject(new KctlError('api', 'timed out waiting for the condition'));
  };
  const unsubscribes = watched.map(({ store }) => store.subscribe(look));
  const tick = setInterval(() => {
    for (const { store } of watched) store.flush();
  }, TICK_MS);
  const interrupt = () => reject(new KctlError('usage', 'interrupted', { exitCode: 130 }));
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    if (signal.aborted) interrupt();
    await promise;
  } finally {
    clearInterval(tick);
    for (const unsubscribe of unsubscribes) unsubscribe();
    signal.removeEventListener('abort', interrupt);
  }
}

/** Only its owner may read a recording; one that exists is not written over. */
async function openRecording(
  file: string,
  now: () => number,
  workloads: readonly Workload[],
): Promise<{ recorder: RolloutRecorder; close: () => Error | undefined }> {
  const [{ closeSync, openSync, writeSync }, { RolloutRecorder: Recorder }] = await Promise.all([
    import('node:fs'),
    import('../../store/rollout/recording.ts'),
  ]);
  let descriptor: number;
  try {
    descriptor = openSync(file, 'wx', 0o600);
  } catch (error) {
    throw new KctlError('input', `cannot record to ${file}: ${(error as Error).message}`, { cause: error });
  }
  const about = workloads.map(({ object: { kind, metadata } }) => ({
    kind,
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
  }));
  let problem: Error | undefined;
  const write = (line: string) => {
    if (problem) return;
    try {
      writeSync(descriptor, line);
    } catch (error) {
      // A full disk ends the recording, not the watch.
      problem = error as Error;
    }
  };
  return {
    recorder: new Recorder(write, now, about),
    close() {
      closeSync(descriptor);
      return problem;
    },
  };
}

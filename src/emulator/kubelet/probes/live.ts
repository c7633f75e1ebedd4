import type { KubeObject } from '../../../api/meta.ts';
import type { Clock, Timer } from '../../clock.ts';
import type { ContainerRuntime, LiveProbe, Probe, ProbeKind } from '../../runtime/container.ts';
import { type Telling, told } from '../../runtime/told.ts';
import type { Attempt, MainRun } from '../main-run.ts';
import type { Complaint } from './answers.ts';
import { delayMs, periodMs, probeKinds, probeOf, probeWords } from './index.ts';

const TOLD: Readonly<Record<ProbeKind, readonly Telling[]>> = {
  startup: ['started-after'],
  liveness: ['unhealthy-after'],
  readiness: ['ready-after', 'unready-after'],
};

interface LiveView {
  pod: KubeObject;
  container: ContainerRuntime;
  clock: Clock;
  /** Looks at the pod again. */
  look: () => void;
  say: (type: 'Warning', reason: string, message: string) => void;
}

/** Commands are run as probes only in containers whose main process is run; annotations go before them. */
export function liveProbes(pod: KubeObject, { spec, kind, startedAt }: ContainerRuntime): ContainerRuntime['probing'] {
  if (kind !== 'app' && kind !== 'sidecar') return undefined;
  const live: Partial<Record<ProbeKind, LiveProbe>> = {};
  for (const which of probeKinds) {
    const probe = probeOf(spec, which);
    if (!probe?.exec || TOLD[which].some((what) => told(pod, spec.name, what) !== undefined)) continue;
    live[which] = {
      nextAt: startedAt! + delayMs(probe) + (probe.initialDelaySeconds ? 0 : 1000),
      last: undefined,
      run: 0,
      flips: [],
      isBusy: false,
    };
  }
  return Object.keys(live).length > 0 ? live : undefined;
}

/** When the next command is due; Infinity: none, one is under way, or the container is being stopped. */
export function nextLive({ probing, stage, stopping }: ContainerRuntime): number {
  if (!probing || stage !== 'running' || stopping) return Number.POSITIVE_INFINITY;
  return Math.min(...Object.values(probing).map(({ nextAt, isBusy }) => (isBusy ? Number.POSITIVE_INFINITY : nextAt)));
}

/** Runs the commands that are due; resolves when they have ended, or wait for the clock. */
export async function runLive(view: LiveView, main: MainRun): Promise<void> {
  const { container, clock } = view;
  const { probing } = container;
  if (!probing || container.stage !== 'running' || container.stopping) return;
  const now = clock.now();
  for (const kind of probeKinds) {
    const live = probing[kind];
    if (!live || live.isBusy || live.nextAt > now) continue;
    const hasStarted = probing.startup ? probing.startup.flips[0]?.ok === true : true;
    const isDue = kind === 'startup' ? live.flips.length === 0 : hasStarted;
    const probe = probeOf(container.spec, kind)!;
    while (live.nextAt <= now) live.nextAt += periodMs(probe);
    if (kind === 'startup' && live.flips.length > 0) live.nextAt = Number.POSITIVE_INFINITY;
    if (isDue) await ask(view, main, kind, probe, live);
  }
}

async function ask(view: LiveView, main: MainRun, kind: ProbeKind, probe: Probe, live: LiveProbe): Promise<void> {
  const { container, clock, look } = view;
  const run = container.startedAt;
  live.isBusy = true;
  const command = probe.exec!.command ?? [];
  const attempt = main.exec(command);
  let isOver = false;
  let isSettled = false;
  const timeout = (probe.timeoutSeconds ?? 1) * 1000;
  const end = (complaint: Complaint | undefined): void => {
    if (isOver) return;
    isOver = true;
    timer.cancel();
    live.isBusy = false;
    if (container.stage !== 'running' || container.startedAt !== run) return;
    count(view, kind, probe, live, complaint);
    // Who waited for it looks anyway.
    if (isSettled) look();
  };
  const timer: Timer = clock.after(timeout, () => {
    attempt.cancel();
    const words = `command timed out: ${JSON.stringify(command.join(' '))} timed out after ${timeout / 1000}s`;
    end({ kind: 'failed', message: words });
  });
  void attempt.done.then((result) => end(complaintOf(result)));
  await attempt.settled();
  isSettled = true;
}

function complaintOf(result: Awaited<Attempt['done']>): Complaint | undefined {
  if ('error' in result) return { kind: 'errored', message: result.error };
  return result.code === 0 ? undefined : { kind: 'failed', message: result.output };
}

/** As prober/worker.go counts: so many of one kind in a row change the verdict. */
function count(
  { clock, say }: LiveView,
  kind: ProbeKind,
  probe: Probe,
  live: LiveProbe,
  complaint: Complaint | undefined,
): void {
  if (complaint) say('Warning', 'Unhealthy', probeWords(kind, complaint));
  if (complaint?.kind === 'errored') return;
  const ok = complaint === undefined;
  live.run = live.last === ok ? live.run + 1 : 1;
  live.last = ok;
  const before = live.flips.at(-1)?.ok ?? (kind === 'liveness' ? true : kind === 'readiness' ? false : undefined);
  if (live.run < (ok ? (probe.successThreshold ?? 1) : (probe.failureThreshold ?? 3)) || before === ok) return;
  // Only the last matters for readiness: a container that wavers for days takes no room.
  live.flips = [{ at: clock.now(), ok }];
}

import type { KubeObject } from '../../api/meta.ts';
import type { ContainerRuntime, ContainerSpec, Probe } from '../runtime/container.ts';
import { readyAfterMs, toldMs } from '../runtime/outcomes.ts';

/** From when on (after the container's start) an annotation lets its readiness or liveness probe fail. */
const UNREADY_AFTER = 'kctl.dev/unready-after';
const UNHEALTHY_AFTER = 'kctl.dev/unhealthy-after';

/** What of a stage's view matters here. */
interface ProbeView {
  pod: KubeObject;
  container: ContainerRuntime;
  now: number;
  watched: boolean;
  say: (type: 'Warning', reason: string, message: string, times?: number) => void;
}

/** Probes that fail: at `from`, and every `period` until `to` (ms after the container's start). */
interface Failing {
  what: 'Readiness' | 'Liveness';
  probe: Probe;
  from: number;
  to: number;
}

const delayMs = (probe: Probe): number => (probe.initialDelaySeconds ?? 0) * 1000;
const periodMs = (probe: Probe): number => (probe.periodSeconds ?? 10) * 1000;
/** From the first failure to the one that counts. */
const patienceMs = (probe: Probe): number => ((probe.failureThreshold ?? 3) - 1) * periodMs(probe);

function failures(pod: KubeObject, container: Pick<ContainerRuntime, 'spec' | 'kind'>): Failing[] {
  const { readinessProbe, livenessProbe } = container.spec;
  const found: Failing[] = [];
  if (container.kind === 'init') return found;
  if (readinessProbe) {
    const isLate = toldMs(pod, 'kctl.dev/ready-after') !== undefined;
    if (isLate) {
      found.push({
        what: 'Readiness',
        probe: readinessProbe,
        from: delayMs(readinessProbe),
        to: readyAfterMs(pod, container),
      });
    }
    const from = toldMs(pod, UNREADY_AFTER);
    if (from !== undefined) {
      found.push({
        what: 'Readiness',
        probe: readinessProbe,
        from: Math.max(from, delayMs(readinessProbe)),
        to: Number.POSITIVE_INFINITY,
      });
    }
  }
  const unhealthy = livenessProbe && toldMs(pod, UNHEALTHY_AFTER);
  if (livenessProbe && unhealthy !== undefined) {
    const from = Math.max(unhealthy, delayMs(livenessProbe));
    found.push({ what: 'Liveness', probe: livenessProbe, from, to: from + patienceMs(livenessProbe) + 1 });
  }
  return found;
}

/** Milliseconds after its start at which the container counts as unready again; Infinity: never. */
export function unreadyAfterMs(pod: KubeObject, { spec }: Pick<ContainerRuntime, 'spec'>): number {
  const from = toldMs(pod, UNREADY_AFTER);
  if (from === undefined || !spec.readinessProbe) return Number.POSITIVE_INFINITY;
  return Math.max(from, delayMs(spec.readinessProbe)) + patienceMs(spec.readinessProbe);
}

/** Milliseconds after its start at which the kubelet kills the container for its liveness probe; Infinity: never. */
export function killedAfterMs(pod: KubeObject, { spec, kind }: Pick<ContainerRuntime, 'spec' | 'kind'>): number {
  const from = toldMs(pod, UNHEALTHY_AFTER);
  if (from === undefined || !spec.livenessProbe || kind === 'init') return Number.POSITIVE_INFINITY;
  return Math.max(from, delayMs(spec.livenessProbe)) + patienceMs(spec.livenessProbe);
}

function ticks({ probe, from, to }: Failing, until: number): number {
  const last = Math.min(until, to - 1);
  return last < from ? 0 : Math.floor((last - from) / periodMs(probe)) + 1;
}

/** What a failing probe answers, in the kubelet's words. */
function answer({ what, probe }: Failing, spec: ContainerSpec): string {
  if (probe.httpGet) return `HTTP probe failed with statuscode: ${what === 'Readiness' ? 503 : 500}`;
  if (probe.tcpSocket) return `dial tcp :${probe.tcpSocket.port}: connect: connection refused`;
  if (probe.grpc) return 'service unhealthy (responded with "NOT_SERVING")';
  return `${probe.exec?.command?.[0] ?? spec.name}: not healthy`;
}

/** Says which probes have failed since the last look; returns when the next one will (ms since the epoch, Infinity: none). */
export function reportProbes(view: ProbeView): number {
  const { pod, container, now } = view;
  const start = container.startedAt ?? now;
  let next = Number.POSITIVE_INFINITY;
  for (const failing of failures(pod, container)) {
    const before = ticks(failing, container.naggedAt - start);
    const times = ticks(failing, now - start) - before;
    if (times > 0)
      view.say('Warning', 'Unhealthy', `${failing.what} probe failed: ${answer(failing, container.spec)}`, times);
    const upcoming = failing.from + (before + times) * periodMs(failing.probe);
    if (upcoming < failing.to) next = Math.min(next, start + upcoming);
  }
  container.naggedAt = Math.max(now, container.naggedAt);
  return view.watched ? next : Number.POSITIVE_INFINITY;
}

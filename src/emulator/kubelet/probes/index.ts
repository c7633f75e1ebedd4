import type { KubeObject } from '../../../api/meta.ts';
import { between } from '../../runtime/chance.ts';
import type { ContainerRuntime, ContainerSpec, Probe, ProbeKind } from '../../runtime/container.ts';
import { imageName } from '../../runtime/image-name.ts';
import { type Telling, toldMs } from '../../runtime/told.ts';
import { type Complaint, standingComplaint } from './answers.ts';
import { type Failing, type Flip, failuresBetween, flipsOf, nextFailure, type Ticks } from './timeline.ts';

const FOREVER = Number.POSITIVE_INFINITY;
const ALWAYS: readonly Failing[] = [{ from: Number.NEGATIVE_INFINITY, to: FOREVER }];
const NEVER: readonly Failing[] = [];

type Subject = Pick<ContainerRuntime, 'spec' | 'kind' | 'startedAt' | 'probing'>;

/** What the probes of one run of a container come to. Times are ms since the epoch; Infinity: not by itself. */
export interface Verdicts {
  /** When the startup probe lets the others begin. */
  startedAt: number;
  /** The changes of readiness, in order; before the first it is not ready. */
  readiness: readonly Flip[];
  /** When the kubelet has seen enough failures, and of which probe. */
  killAt: number;
  killedBy: 'startup' | 'liveness' | undefined;
}

/** One probe of a container as it is made: when, and when it fails with what. */
interface Course {
  kind: ProbeKind;
  probe: Probe;
  ticks: Ticks;
  failing: readonly Failing[];
  answer: Complaint | undefined;
}

const field = { startup: 'startupProbe', liveness: 'livenessProbe', readiness: 'readinessProbe' } as const;
export const probeOf = (spec: ContainerSpec, kind: ProbeKind): Probe | undefined => spec[field[kind]];
export const probeKinds = Object.keys(field) as ProbeKind[];

/** Containers that end are not asked how they are. */
const isProbed = ({ kind }: Pick<ContainerRuntime, 'kind'>): boolean => kind === 'app' || kind === 'sidecar';

export const periodMs = (probe: Probe): number => (probe.periodSeconds ?? 10) * 1000;
export const delayMs = (probe: Probe): number => (probe.initialDelaySeconds ?? 0) * 1000;

function courseOf(
  pod: KubeObject,
  { spec, startedAt = 0 }: Subject,
  kind: ProbeKind,
  from: number,
): Course | undefined {
  const probe = probeOf(spec, kind);
  if (!probe || from === FOREVER) return undefined;
  const phase = between(`${pod.metadata.uid} ${spec.name} ${kind}`, 200, 1200);
  const ticks = { first: Math.max(startedAt + delayMs(probe), from) + phase, every: periodMs(probe) };
  const standing = standingComplaint(pod, spec, probe);
  return {
    kind,
    probe,
    ticks,
    failing: standing ? ALWAYS : toldFailing(pod, spec, startedAt, kind),
    answer: standing,
  };
}

/** So long the server of the documentation's task about probes is well, and then answers 500 (agnhost, `liveness`). */
const WELL_MS = 10_000;
const failsBySelf = ({ image, command, args }: ContainerSpec): boolean =>
  ['agnhost', 'liveness'].includes(imageName(image)) &&
  ((args ?? [])[0] === 'liveness' || (command ?? []).at(-1) === '/server');

/** Annotations tell after what time from its start a container is started, ready, unready, unhealthy. */
function toldFailing(pod: KubeObject, spec: ContainerSpec, startedAt: number, kind: ProbeKind): readonly Failing[] {
  const { name } = spec;
  const after = (what: Telling): number | undefined => {
    const told = toldMs(pod, name, what);
    return told === undefined ? undefined : startedAt + told;
  };
  const until = kind === 'liveness' ? undefined : after(kind === 'startup' ? 'started-after' : 'ready-after');
  const since =
    kind === 'startup'
      ? undefined
      : kind === 'liveness'
        ? (after('unhealthy-after') ?? (failsBySelf(spec) ? startedAt + WELL_MS : undefined))
        : after('unready-after');
  if (until === undefined && since === undefined) return NEVER;
  const early = until === undefined ? [] : [{ from: Number.NEGATIVE_INFINITY, to: until }];
  // Who is never ready does not become unready.
  const late = since === undefined || since < (until ?? Number.NEGATIVE_INFINITY) ? [] : [{ from: since, to: FOREVER }];
  return since !== undefined && until !== undefined && since < until ? ALWAYS : [...early, ...late];
}

const thresholds = (probe: Probe) => ({ failure: probe.failureThreshold ?? 3, success: probe.successThreshold ?? 1 });

/** A complaint that is only told changes no verdict. */
const flips = ({ probe, ticks, failing, answer }: Course, before: boolean | undefined): Flip[] =>
  answer?.kind === 'errored' ? [] : flipsOf(ticks, failing, thresholds(probe), before);

/** @param subject a container that runs */
export function verdictsOf(pod: KubeObject, subject: Subject): Verdicts {
  const { spec, startedAt = 0, probing } = subject;
  const verdicts: Verdicts = { startedAt, readiness: [], killAt: FOREVER, killedBy: undefined };
  const kill = (at: number, by: 'startup' | 'liveness') => {
    if (at < verdicts.killAt) Object.assign(verdicts, { killAt: at, killedBy: by });
  };
  if (isProbed(subject)) {
    const first = probing?.startup ? probing.startup.flips[0] : startupFlip(pod, subject);
    if (first?.ok === false) kill(first.at, 'startup');
    if (spec.startupProbe) verdicts.startedAt = first?.ok ? first.at : FOREVER;
    const alive = courseOf(pod, subject, 'liveness', verdicts.startedAt);
    const dead = probing?.liveness ? probing.liveness.flips.find(({ ok }) => !ok) : alive && flips(alive, true)[0];
    if (dead) kill(dead.at, 'liveness');
  }
  verdicts.readiness = readinessOf(pod, subject, verdicts.startedAt);
  return verdicts;
}

function startupFlip(pod: KubeObject, subject: Subject): Flip | undefined {
  const course = courseOf(pod, subject, 'startup', 0);
  return course && flips(course, undefined)[0];
}

function readinessOf(pod: KubeObject, subject: Subject, started: number): readonly Flip[] {
  const { probing, startedAt = 0 } = subject;
  if (started === FOREVER) return [];
  if (isProbed(subject) && probing?.readiness) return probing.readiness.flips;
  const told = toldMs(pod, subject.spec.name, 'ready-after');
  const course = isProbed(subject) ? courseOf(pod, subject, 'readiness', started) : undefined;
  // What an annotation tells holds to the moment, with or without a probe.
  const first = told === undefined ? started : Math.max(startedAt + told, started);
  if (!course) return first === FOREVER ? [] : [{ at: first, ok: true }];
  const changes = flips(course, false);
  return told === undefined || !changes[0]?.ok ? changes : [{ at: first, ok: true }, ...changes.slice(1)];
}

export const isReadyAt = ({ readiness }: Verdicts, now: number): boolean =>
  readiness.findLast(({ at }) => at <= now)?.ok === true;

/** When one of the verdicts changes next after `now`. */
export function nextVerdict({ startedAt, readiness, killAt }: Verdicts, now: number): number {
  const next = (at: number): number => (at > now ? at : FOREVER);
  return Math.min(next(startedAt), next(killAt), readiness.find(({ at }) => at > now)?.at ?? FOREVER);
}

/** What of a stage's view matters here. */
interface ProbeView {
  pod: KubeObject;
  container: ContainerRuntime;
  now: number;
  watched: boolean;
  say: (type: 'Warning', reason: string, message: string, times?: number) => void;
}

const title: Readonly<Record<ProbeKind, string>> = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' };

/** In the words of prober/prober.go. */
export function probeWords(kind: ProbeKind, { kind: how, message }: Complaint): string {
  const verdict = how === 'failed' ? 'failed' : 'errored and resulted in unknown state';
  return `${title[kind]} probe ${verdict}: ${message}`;
}

/** What a probe answers that an annotation lets fail. */
function toldAnswer(kind: ProbeKind, probe: Probe, { name }: ContainerSpec): Complaint {
  const message = probe.httpGet
    ? `HTTP probe failed with statuscode: ${kind === 'liveness' ? 500 : 503}`
    : probe.tcpSocket
      ? `dial tcp :${probe.tcpSocket.port}: connect: connection refused`
      : probe.grpc
        ? 'service unhealthy (responded with "NOT_SERVING")'
        : `${probe.exec?.command?.[0] ?? name}: not healthy`;
  return { kind: 'failed', message };
}

/** Says which probes have failed since the last look; returns when the next one will (ms since the epoch, Infinity: none). */
export function reportProbes(view: ProbeView): number {
  const { pod, container, now } = view;
  let next = FOREVER;
  if (isProbed(container)) {
    const { startedAt, killAt } = verdictsOf(pod, container);
    for (const kind of probeKinds) {
      if (container.probing?.[kind]) continue;
      const course = courseOf(pod, container, kind, kind === 'startup' ? 0 : startedAt);
      if (!course || course.failing.length === 0) continue;
      // Nobody asks any more once it has started, or is to be killed.
      const end = Math.min(killAt, kind === 'startup' ? startedAt : FOREVER);
      const times = failuresBetween(course.ticks, course.failing, container.naggedAt, Math.min(now, end));
      const answer = course.answer ?? toldAnswer(kind, course.probe, container.spec);
      if (times > 0) view.say('Warning', 'Unhealthy', probeWords(kind, answer), times);
      const upcoming = nextFailure(course.ticks, course.failing, now);
      if (upcoming <= end) next = Math.min(next, upcoming);
    }
  }
  container.naggedAt = Math.max(now, container.naggedAt);
  return view.watched ? next : FOREVER;
}

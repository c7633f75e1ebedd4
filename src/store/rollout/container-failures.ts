import type { KubeObject } from '../../api/meta.ts';
import type { ContainerNode } from './containers.ts';
import type { Finding } from './failure.ts';
import type { PodNode } from './pod-progress.ts';
import { noticeOf, type RolloutState } from './state.ts';
import { pullPatience, registryWordsOf } from './why-words.ts';

/** Starts after which a crash loop is taken for one that will not mend itself. */
const CRASHES = 2;
/** How long a container whose own program is there and fails may take to get on its feet: until then it is only told. */
const NEVER_FINAL = Number.POSITIVE_INFINITY;
const PROBE_PATIENCE_MS = 60_000;
/** Exit codes with which a shell or runtime says that there is nothing to run (POSIX; runc's 128 is a StartError). */
const NOTHING_TO_RUN: ReadonlySet<number> = new Set([126, 127, 128]);

interface Asked {
  pod: PodNode;
  object: KubeObject;
  container: ContainerNode;
  state: RolloutState;
}

type Row = (asked: Asked) => Finding;

/** Waiting reasons of a container → what they mean. */
const waits: Readonly<Record<string, Row>> = {
  ErrImagePull: cannotPull,
  ImagePullBackOff: cannotPull,
  RegistryUnavailable: cannotPull,
  ImageInspectError: cannotPull,
  InvalidImageName: (asked) => hopeless(asked, 'image', `image name "${asked.container.image}" is not valid`),
  ErrImageNeverPull: (asked) =>
    hopeless(asked, 'image', `image "${asked.container.image}" is not on the node and its pull policy is Never`),
  CreateContainerConfigError: (asked) =>
    hopeless(
      asked,
      'config',
      `container "${asked.container.name}" cannot be created: ${asked.container.message || 'its configuration is incomplete'}`,
    ),
  CreateContainerError: (asked) =>
    hopeless(asked, 'config', `container "${asked.container.name}" cannot be created: ${asked.container.message}`),
  RunContainerError: (asked) =>
    hopeless(asked, 'config', `container "${asked.container.name}" cannot be started: ${asked.container.message}`),
  CrashLoopBackOff: crashing,
};

/** Why containers of a pod do not come up, in the order of its spec. */
export function containerFailures(pod: PodNode, object: KubeObject, state: RolloutState): Finding[] {
  return pod.containers.flatMap((container) => {
    const asked = { pod, object, container, state };
    if (container.state === 'waiting') {
      const row = waits[container.reason];
      return row ? [row(asked)] : [];
    }
    if (container.state === 'terminated') return ended(asked);
    return container.init || container.ready ? [] : unready(asked);
  });
}

/** Containers of a ready pod that have ended too often for it to stay ready. */
export function flappingFailures(pod: PodNode, object: KubeObject, state: RolloutState): Finding[] {
  return pod.containers
    .filter(({ restarts, init }) => restarts >= CRASHES && !init)
    .map((container) => crashing({ pod, object, container, state }));
}

function hopeless({ container }: Asked, code: Finding['code'], message: string): Finding {
  return { code, message, since: 0, patienceMs: 0, container: container.name };
}

function cannotPull({ pod, container, state }: Asked): Finding {
  const notice = [...(state.notices.get(pod.uid)?.values() ?? [])].find(
    (one) => one.reason === 'Failed' && /^Failed to pull image/.test(one.message),
  );
  const said = noticeOf(state, pod.uid, ['BackOff', 'Failed'], container.name);
  // Kubelets before 1.32 say only that they back off; why is in the event alone.
  const words = registryWordsOf(container.message) || registryWordsOf(notice?.message ?? '');
  const since = Math.min(
    ...[notice?.since, said?.since].flatMap((time) => (time ? [Date.parse(time)] : [])),
    Number.MAX_SAFE_INTEGER,
  );
  return {
    code: 'image',
    message: `image "${container.image}" cannot be pulled${words ? `: ${words}` : ''}`,
    since: since === Number.MAX_SAFE_INTEGER ? Date.parse(pod.createdAt) : since,
    // Before anything is said of the reason, the next moment will.
    patienceMs: words ? pullPatience(words) : 5000,
    container: container.name,
  };
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}

function endText({ reason, exitCode }: { reason: string; exitCode: number }): string {
  return reason === 'Error' ? `exit code ${exitCode}` : `${reason}, exit code ${exitCode}`;
}

function crashing(asked: Asked): Finding {
  const { pod, container, state } = asked;
  const { lastEnd, restarts, name } = container;
  const killed = killedByProbe(asked);
  const how = killed ?? (lastEnd ? endText(lastEnd) : 'no exit code known');
  const told = lastEnd?.message ? `: ${lastEnd.message.trim().split('\n')[0]}` : '';
  const log = state.logs.get(`${pod.uid}/${name}`);
  const isHopeless =
    restarts >= CRASHES ||
    (lastEnd !== undefined && (NOTHING_TO_RUN.has(lastEnd.exitCode) || lastEnd.reason === 'StartError'));
  return {
    code: 'crash',
    message: `${container.init ? 'init container' : 'container'} "${name}" keeps crashing (${how}, ${plural(restarts, 'restart')})${told}`,
    since: 0,
    patienceMs: isHopeless ? 0 : NEVER_FINAL,
    container: name,
    ...(log && log.lines.length > 0 ? { log: log.lines } : {}),
  };
}

/** Killed by the kubelet for its probe's sake: that is the cause, and the exit code only says it was killed. */
function killedByProbe({ pod, container, state }: Asked): string | undefined {
  const killing = noticeOf(state, pod.uid, ['Killing'], container.name);
  const [, kind] = / failed (liveness|startup) probe/.exec(killing?.message ?? '') ?? [];
  if (!kind) return undefined;
  const said = noticeOf(state, pod.uid, ['Unhealthy'], container.name);
  return said?.message.toLowerCase().startsWith(kind)
    ? `killed for ${lowerFirst(said.message)}`
    : `killed by its ${kind} probe`;
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** Between its end and the next start; a pod that does not start anew says so as a whole. */
function ended(asked: Asked): Finding[] {
  const { container } = asked;
  if (container.exitCode === 0 || container.exitCode === undefined) return [];
  if (!container.lastEnd && container.restarts === 0) {
    const how = endText({ reason: container.reason || 'Error', exitCode: container.exitCode });
    const message = `container "${container.name}" ended (${how})`;
    return [{ code: 'crash', message, since: 0, patienceMs: NEVER_FINAL, container: container.name }];
  }
  return [crashing({ ...asked, container: { ...container, lastEnd: endOf(container) } })];
}

const endOf = ({ reason, exitCode = 0, message }: ContainerNode): NonNullable<ContainerNode['lastEnd']> => ({
  reason: reason || 'Error',
  exitCode,
  message,
  finishedAt: '',
});

interface Probe {
  initialDelaySeconds?: number;
  periodSeconds?: number;
  failureThreshold?: number;
}

/** It runs and is not ready: what its probe says, once there was time enough to get ready. */
function unready(asked: Asked): Finding[] {
  const { pod, object, container, state } = asked;
  const spec: { readinessProbe?: Probe; startupProbe?: Probe } | undefined = object.spec?.containers?.find(
    (one: { name: string }) => one.name === container.name,
  );
  const notice = noticeOf(state, pod.uid, ['Unhealthy', 'ProbeError'], container.name);
  const startedMs = Date.parse(container.startedAt);
  // What was said of the run before says nothing of this one.
  if (!notice || !(Date.parse(notice.at) >= startedMs)) return [];
  const startup = /^Startup/.test(notice.message);
  if (!startup && !/^Readiness/.test(notice.message)) return container.restarts > 0 ? [flapping(asked)] : [];
  const probe = (startup ? spec?.startupProbe : spec?.readinessProbe) ?? {};
  const { initialDelaySeconds = 0, periodSeconds = 10, failureThreshold = 3 } = probe;
  const usual = (initialDelaySeconds + periodSeconds * failureThreshold * 2) * 1000;
  return [
    {
      code: 'probe',
      message: `container "${container.name}" is not ready: ${notice.message.trim()}`,
      since: startedMs,
      // A startup probe that fails for good has the kubelet end the container, which tells more.
      patienceMs: startup ? NEVER_FINAL : Math.max(PROBE_PATIENCE_MS, usual),
      container: container.name,
    },
  ];
}

/** It runs again after having been killed: until it is killed once more, nothing is said for certain. */
function flapping(asked: Asked): Finding {
  const finding = crashing(asked);
  return asked.container.restarts >= CRASHES ? finding : { ...finding, patienceMs: NEVER_FINAL };
}

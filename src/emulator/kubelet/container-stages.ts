import type { ImageFacts } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import { formatGoDuration } from '../../lib/duration.ts';
import { parseReference } from '../../oci/reference.ts';
import type { PullFault } from '../faults/pulls.ts';
import { between, hexId } from '../runtime/chance.ts';
import type { ContainerRuntime, StageName } from '../runtime/container.ts';
import { oomAfterMs, outcomeOf, stopOf } from '../runtime/outcomes.ts';
import { diskFull } from './disk-full.ts';
import type { NodeImages } from './node-images.ts';
import { probeOf, reportProbes, verdictsOf } from './probes/index.ts';
import { mayRestart, restartsAll, willRestart } from './restart-policy.ts';

/** What a stage may look at. */
export interface StageView {
  pod: KubeObject;
  container: ContainerRuntime;
  /** The moment of the change (ms). */
  now: number;
  images: (reference: string) => ImageFacts | undefined;
  /** Images that are mounted as volumes, in their order. */
  imageVolumes: readonly { image: string; imagePullPolicy?: string }[];
  /** Why the registry lets nobody have an image who has the pod's credentials; undefined: it does. */
  pullRefusal: (image: string) => string | undefined;
  node: NodeImages;
  /** What the way to the registry does to a pull that begins now; undefined: nothing. */
  pullFault: (image: string) => PullFault | undefined;
  /** Bytes in a second that the node can receive; undefined: as usual. */
  pullRate: () => number | undefined;
  /** How many images the node pulls side by side; undefined: one. */
  parallelPulls: () => number | undefined;
  /** Bytes that are free on the disk of the node; undefined where nobody said how large it is. */
  diskRoom: () => number | undefined;
  /** Tells of pull secrets that are not there. */
  missingSecrets: () => void;
  /** Why the container's configuration cannot be made; undefined when it can. */
  configProblem: () => string | undefined;
  say: (type: 'Normal' | 'Warning', reason: string, message: string, times?: number) => void;
  /** False while a past is lived through: nobody reads what is only repeated. */
  watched: boolean;
  /** A shell runs the main process: it ends when the shell says so. */
  isInterpreted: boolean;
  imagePulled: () => void;
  /** What a run that ends now leaves in its termination message. */
  lastMessage: (exitCode: number) => string | undefined;
  /** What the container's environment is made of now. */
  facts: () => ContainerRuntime['facts'];
}

export interface Stage {
  /** What happens on entering, besides the passing of time. */
  enter?: (view: StageView) => void;
  /** Milliseconds until the next stage; Infinity stays. */
  lasts: (view: StageView) => number;
  next: (view: StageView) => StageName;
  /** What is said again and again while the stage lasts. */
  nag?: (view: StageView, times: number) => void;
}

/** A kubelet tries a pod that is held back every 10 to 15 seconds, and says each time that it still waits. */
export const NAG_MS = 12_500;

const FIRST_BACKOFF_MS = 10_000;
const LONGEST_BACKOFF_MS = 300_000;
const BACKOFF_RESET_MS = 600_000;
/** The next wait after this one. */
export const longer = (backoff: number): number =>
  Math.min(backoff === 0 ? FIRST_BACKOFF_MS : backoff * 2, LONGEST_BACKOFF_MS);
const FOREVER = Number.POSITIVE_INFINITY;

const seedOf = ({ pod, container }: StageView): string =>
  `${pod.metadata.uid} ${container.spec.name} ${container.restarts}`;
/** A container with what it has, where a resize has granted something else. */
const hasNow = ({ spec, held }: ContainerRuntime): ContainerRuntime['spec'] =>
  held ? { ...spec, resources: held } : spec;
const seconds = (ms: number): string => formatGoDuration(Math.round(ms));

/** IfNotPresent, unless the tag moves (API reference, Container.imagePullPolicy). */
function pullPolicy({ image, imagePullPolicy }: { image: string; imagePullPolicy?: string }): string {
  if (imagePullPolicy) return imagePullPolicy;
  const tag = image.includes('@') ? 'digest' : image.slice(image.lastIndexOf('/') + 1).split(':')[1];
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function isWellFormed(image: string): boolean {
  try {
    parseReference(image);
    return true;
  } catch {
    return false;
  }
}

function fullName(image: string): string {
  const { registry, repository, digest, tag = 'latest' } = parseReference(image);
  return `${registry}/${repository}${digest ? `@${digest}` : `:${tag}`}`;
}

/** What the registry's answer looks like in containerd's words. */
function pullError(image: string): string {
  const parsed = parseReference(image);
  const name = fullName(image);
  const unresolved = `failed to pull and unpack image "${name}": failed to resolve reference "${name}"`;
  if (/(^|\.)invalid(:\d+)?$/.test(parsed.registry)) {
    const host = parsed.registry.replace(/:\d+$/, '');
    return `${unresolved}: failed to do request: Head "https://${parsed.registry}/v2/${parsed.repository}/manifests/${parsed.tag ?? 'latest'}": dial tcp: lookup ${host}: no such host`;
  }
  return `rpc error: code = NotFound desc = ${unresolved}: ${name}: not found`;
}

/** What has to be there next: what is mounted comes before what runs (kuberuntime_manager.go, getImageVolumes). */
function wantedImage({ container, imageVolumes }: StageView): { image: string; imagePullPolicy?: string } {
  return imageVolumes[container.volumeImageIds.length] ?? container.spec;
}

function checkImage(view: StageView): StageName {
  const { node } = view;
  const wanted = wantedImage(view);
  const { image } = wanted;
  if (!isWellFormed(image)) return 'bad-image';
  const facts = node.find(image);
  const policy = pullPolicy(wanted);
  if (policy === 'Never' && !facts) return 'bad-image';
  // What others had to show credentials for is not for everybody (KubeletEnsureSecretPulledImages).
  if (policy === 'Always' || !facts || view.pullRefusal(image) !== undefined) return 'pulling';
  view.say('Normal', 'Pulled', `Container image "${image}" already present on machine and can be accessed by the pod`);
  return imageIsThere(view, facts);
}

function imageIsThere(view: StageView, facts: ImageFacts): StageName {
  const { container, node, now, imageVolumes } = view;
  const id = imageIdOf(wantedImage(view).image, facts);
  node.use(id, now);
  if (container.volumeImageIds.length < imageVolumes.length) {
    container.volumeImageIds.push(id);
    return 'image';
  }
  container.imageId = id;
  return 'config';
}

/** `docker.io/library/nginx@sha256:…` */
const imageIdOf = (image: string, { digest }: ImageFacts): string => {
  const { registry, repository } = parseReference(image);
  return `${registry}/${repository}@${digest}`;
};

function sayPullBackoff(view: StageView, times: number): void {
  const { say } = view;
  say('Normal', 'BackOff', `Back-off pulling image "${wantedImage(view).image}"`, times);
  say('Warning', 'Failed', 'Error: ImagePullBackOff', times);
}

function sayCrashBackoff({ pod, container, say }: StageView, times: number): void {
  const { name, namespace, uid } = pod.metadata;
  const message = `Back-off restarting failed container ${container.spec.name} in pod ${name}_${namespace}(${uid})`;
  say('Warning', 'BackOff', message, times);
}

/**
 * The life of a container as a table: what each stage lasts, what comes after it, and which events it
 * brings. Everything derived from chance is derived from the pod's uid, so a run can be repeated.
 */
export const containerStages: Readonly<Record<StageName, Stage>> = {
  /** Another container has to be first. */
  waiting: { lasts: () => FOREVER, next: () => 'image' },
  image: { lasts: () => 0, next: checkImage },
  pulling: {
    enter: (view) => {
      const { container, images, node, now } = view;
      view.missingSecrets();
      const { image } = wantedImage(view);
      view.say('Normal', 'Pulling', `Pulling image "${image}"`);
      const fault = view.pullFault(image);
      container.pullProblem = fault?.message ?? view.pullRefusal(image);
      const found = container.pullProblem === undefined ? images(image) : undefined;
      const full = found && diskFull(view, found, fullName(image));
      if (full) container.pullProblem = full.message;
      const facts = full ? undefined : found;
      // The tag may move while its layers travel.
      container.pulled = facts;
      container.pullStartedAt = now;
      const { namespace = '', name: podName = '', uid = '' } = view.pod.metadata;
      const { name } = container.spec;
      const by = { namespace, pod: podName, podUid: uid, container: name, image };
      const pull =
        facts &&
        node.pull(facts, now, {
          ...{ slower: fault?.slower, bytesPerSecond: view.pullRate(), parallel: view.parallelPulls(), by },
        });
      container.pullMs = pull?.durationMs ?? 0;
      container.pullEndsAt =
        pull?.endsAt ?? now + ((full ?? fault)?.takesMs ?? between(`${seedOf(view)} ${now}`, 600, 1600));
    },
    lasts: ({ container, now }) => container.pullEndsAt - now,
    next: (view) => {
      const { container, node, now } = view;
      const { image } = wantedImage(view);
      const facts = container.pulled;
      container.pulled = undefined;
      if (!facts) return 'pull-failed';
      node.keep(facts, now);
      view.imagePulled();
      const took = seconds(container.pullMs);
      const waited = seconds(now - container.pullStartedAt);
      const size = `Image size: ${facts.sizeBytes} bytes.`;
      view.say(
        'Normal',
        'Pulled',
        `Successfully pulled image "${image}" in ${took} (${waited} including waiting). ${size}`,
      );
      container.pullBackoffMs = 0;
      return imageIsThere(view, facts);
    },
  },
  'pull-failed': {
    enter: (view) => {
      const { image } = wantedImage(view);
      const message = view.container.pullProblem ?? pullError(image);
      view.container.problem = { reason: 'ErrImagePull', message };
      view.say('Warning', 'Failed', `Failed to pull image "${image}": ${message}`);
      view.say('Warning', 'Failed', 'Error: ErrImagePull');
    },
    lasts: (view) => between(`${seedOf(view)} failed`, 1000, 3000),
    next: () => 'pull-backoff',
  },
  'pull-backoff': {
    enter: (view) => {
      const { container } = view;
      const { image } = wantedImage(view);
      const backoff = `Back-off pulling image "${image}"`;
      container.pullBackoffMs = longer(container.pullBackoffMs);
      const cause = container.problem?.message ?? pullError(image);
      container.problem = { reason: 'ImagePullBackOff', message: `${backoff}: ErrImagePull: ${cause}` };
      sayPullBackoff(view, 1);
    },
    nag: sayPullBackoff,
    lasts: ({ container }) => container.pullBackoffMs,
    next: () => 'image',
  },
  /** No registry can help: the name is wrong, or pulling is forbidden. */
  'bad-image': {
    enter: (view) => {
      const { image } = wantedImage(view);
      if (isWellFormed(image)) {
        const message = `Container image "${image}" is not present with pull policy of Never`;
        view.container.problem = { reason: 'ErrImageNeverPull', message };
        view.say('Warning', 'ErrImageNeverPull', message);
        view.say('Warning', 'Failed', 'Error: ErrImageNeverPull');
        return;
      }
      const message = `Failed to apply default image tag "${image}": couldn't parse image name "${image}": invalid reference format`;
      view.container.problem = { reason: 'InvalidImageName', message };
      view.say('Warning', 'InspectFailed', message);
      view.say('Warning', 'Failed', 'Error: InvalidImageName');
    },
    lasts: () => 60_000,
    next: () => 'image',
  },
  config: { lasts: () => 0, next: (view) => (view.configProblem() ? 'config-error' : 'create') },
  'config-error': {
    enter: (view) => {
      const message = view.configProblem() ?? '';
      view.container.problem = { reason: 'CreateContainerConfigError', message };
      view.say('Warning', 'Failed', `Error: ${message}`);
    },
    lasts: () => 10_000,
    next: () => 'config',
  },
  create: {
    enter: ({ container }) => {
      container.problem = undefined;
    },
    lasts: (view) => between(`${seedOf(view)} create`, 40, 160),
    next: (view) => {
      view.container.containerId = hexId(`${seedOf(view)} container`);
      view.say('Normal', 'Created', 'Container created');
      return 'start';
    },
  },
  start: {
    lasts: (view) => between(`${seedOf(view)} start`, 40, 160),
    next: (view) => {
      const { container, now } = view;
      if (container.startProblem) {
        const message = container.startProblem;
        view.say('Warning', 'Failed', `Error: ${message}`);
        container.problem = { reason: 'RunContainerError', message };
        // A process that never was began with the epoch.
        container.startedAt = 0;
        endRun(container, now, 128, { reason: 'StartError', message });
        return 'exited';
      }
      view.container.startedAt = view.now;
      view.container.facts = view.facts();
      view.say('Normal', 'Started', 'Container started');
      return 'running';
    },
  },
  running: {
    lasts: ({ pod, container, now, isInterpreted }) => {
      const start = container.startedAt!;
      const exits = container.exited === undefined ? FOREVER : Math.max(container.exited.at - now, 0);
      if (container.stopping) return Math.min(exits, container.stopping.until - now);
      const { runForMs } = isInterpreted
        ? { runForMs: FOREVER }
        : outcomeOf(pod, container.spec, container.kind, container.restarts);
      const { killAt } = verdictsOf(pod, container);
      return Math.min(exits, runForMs, oomAfterMs(pod, hasNow(container)), killAt - start);
    },
    next: (view) => {
      const { pod, container, now, isInterpreted } = view;
      reportProbes(view);
      const start = container.startedAt!;
      if (container.exited !== undefined) {
        const { code, reason } = container.exited;
        endRun(container, now, code, { reason, message: view.lastMessage(code) });
        return 'exited';
      }
      if (container.stopping) {
        const { code } = container.stopping;
        endRun(container, now, code, { message: view.lastMessage(code) });
        return 'exited';
      }
      if (now >= start + oomAfterMs(pod, hasNow(container))) {
        endRun(container, now, 137, { reason: 'OOMKilled', message: view.lastMessage(137) });
        return 'exited';
      }
      const { killAt, killedBy } = verdictsOf(pod, container);
      if (killedBy && now >= killAt) {
        const { name } = container.spec;
        const more = mayRestart(pod, container) ? ', will be restarted' : '';
        view.say('Normal', 'Killing', `Container ${name} failed ${killedBy} probe${more}`);
        const own = probeOf(container.spec, killedBy)?.terminationGracePeriodSeconds;
        const graceMs = (own ?? pod['spec'].terminationGracePeriodSeconds ?? 30) * 1000;
        // What a shell does with SIGTERM shows.
        const { afterMs, exitCode } = isInterpreted
          ? { afterMs: graceMs, exitCode: 137 }
          : stopOf(pod, container.spec, graceMs);
        container.stopping = { until: now + afterMs, code: exitCode };
        return 'running';
      }
      const { exitCode } = outcomeOf(pod, container.spec, container.kind, container.restarts);
      endRun(container, now, exitCode, { message: view.lastMessage(exitCode) });
      return 'exited';
    },
  },
  exited: {
    lasts({ pod, container }) {
      const { last, spec } = container;
      // The whole pod begins anew, and this one with it.
      if (last && restartsAll(spec, last.exitCode)) return FOREVER;
      return willRestart(pod, container) && !last?.isResize ? 1000 : 0;
    },
    next: ({ pod, container }) => {
      if (!willRestart(pod, container)) return 'done';
      const { last } = container;
      if (last?.isResize) {
        container.restarts++;
        return 'image';
      }
      const isLong = last && last.startedAt > 0 && last.finishedAt - last.startedAt >= BACKOFF_RESET_MS;
      if (isLong) container.crashBackoffMs = 0;
      // The first restart is at once; from then on each one waits twice as long.
      const isFirst = container.crashBackoffMs === 0;
      container.crashBackoffMs = longer(container.crashBackoffMs);
      if (!isFirst) return 'crash-backoff';
      // Marks that the next end is the one that has to wait the first back-off.
      container.crashBackoffMs = FIRST_BACKOFF_MS / 2;
      container.restarts++;
      return 'image';
    },
  },
  'crash-backoff': {
    enter: (view) => {
      const { pod, container } = view;
      const { name, namespace, uid } = pod.metadata;
      const wait = seconds(container.crashBackoffMs);
      container.problem = {
        reason: 'CrashLoopBackOff',
        message: `back-off ${wait} restarting failed container=${container.spec.name} pod=${name}_${namespace}(${uid})`,
      };
      sayCrashBackoff(view, 1);
    },
    nag: sayCrashBackoff,
    lasts: ({ container }) => container.crashBackoffMs,
    next: ({ container }) => {
      container.restarts++;
      container.problem = undefined;
      return 'image';
    },
  },
  done: { lasts: () => FOREVER, next: () => 'done' },
};

export function endRun(
  container: ContainerRuntime,
  now: number,
  exitCode: number,
  { reason, message }: { reason?: string | undefined; message?: string | undefined } = {},
): void {
  container.last = {
    containerId: container.containerId!,
    startedAt: container.startedAt ?? now,
    finishedAt: now,
    exitCode,
    ...(reason ? { reason } : {}),
    ...(message ? { message } : {}),
    ...(container.stopping ? { isForced: true } : {}),
    ...(container.stopping?.isResize ? { isResize: true } : {}),
  };
  container.held = undefined;
  // What is mounted is looked for anew before the next run.
  container.volumeImageIds = [];
  container.resizeRestarts = false;
  container.stopping = undefined;
  container.probing = undefined;
  container.startedAt = undefined;
  container.exited = undefined;
}

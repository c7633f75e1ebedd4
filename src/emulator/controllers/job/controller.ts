import type { KubeObject } from '../../../api/meta.ts';
import { type Selector, selectorOf } from '../../../lib/label-selector.ts';
import type { StoreEvent } from '../../client.ts';
import { timestamp } from '../../clock.ts';
import { type ControlContext, type Controller, keyOf, ownKey, patienceFor, splitKey } from '../controller.ts';
import { claimChildren, controllerOf, matchingKeys, ownerKeys } from '../ownership.ts';
import type { Again } from '../work-queue.ts';
import type { Backoff } from './backoff.ts';
import { manage, remove } from './manage.ts';
import { COMPONENT, endOf, isTracked, RESOURCE, TRACKING } from './pods.ts';
import { account, type Tally } from './tally.ts';
import { type JobStatus, jobCondition, release, track } from './track.ts';
import { COMPLETED, isComplete, untilDeadline, type Verdict, verdictOn } from './verdict.ts';

/** Marks the key of a pod that no job counts any more. No namespace begins with it. */
const LEFTOVER = 'pod:';
/** spec.managedBy of jobs that are this controller's. */
const MANAGER = 'kubernetes.io/job-controller';

/** Runs pods to completion (batch/v1 Job; kubernetes pkg/controller/job). */
export function jobController(context: ControlContext): Controller {
  /** Of the jobs that run. A new process takes it from the pods that are still there. */
  const backoffs = new Map<string, Backoff>();
  return {
    name: COMPONENT,
    watches: {
      [RESOURCE]: ownKey,
      pods: (event) => [
        ...ownerKeys('Job', event),
        ...matchingKeys(context, RESOURCE, event, selectorFor),
        ...leftoverKeys(context, event),
      ],
    },
    concurrency: 2,
    patience: (key) =>
      patienceFor(
        key.startsWith(LEFTOVER) ? 0 : (context.lister.get(RESOURCE, ...splitKey(key))?.['status']?.active ?? 0),
      ),
    reconcile: (key) =>
      key.startsWith(LEFTOVER)
        ? releaseLeftover(context, key.slice(LEFTOVER.length))
        : reconcile(context, key, backoffs),
  };
}

const isForeign = ({ spec }: KubeObject): boolean => (spec.managedBy ?? MANAGER) !== MANAGER;

/** A job that was stored without a selector (manualSelector, left empty) keeps what it made and adopts nothing. */
function selectorFor(job: KubeObject): Selector {
  const { selector, template } = job['spec'];
  return selectorOf(
    selector ?? {
      matchLabels: { 'batch.kubernetes.io/controller-uid': job.metadata.uid, ...template.metadata?.labels },
    },
  );
}

async function reconcile(context: ControlContext, key: string, backoffs: Map<string, Backoff>): Promise<Again> {
  const job = context.lister.get<KubeObject>(RESOURCE, ...splitKey(key));
  if (!job) {
    backoffs.delete(key);
    return releaseAll(context, key);
  }
  if (isForeign(job)) return undefined;
  if (endOf(job)) {
    backoffs.delete(key);
    return undefined;
  }
  const pods = await claimChildren(context, job, 'pods', selectorFor(job), undefined, TRACKING);
  const known = backoffs.get(key);
  const tally = account(job, pods, known ?? remembered(job, pods));
  return sync(context, job, tally, () => backoffs.set(key, tally.backoff));
}

/** What pods that were counted before this process began tell of failures. */
function remembered(job: KubeObject, pods: readonly KubeObject[]): Backoff {
  const bare = { ...job, status: {} };
  const counted = pods
    .filter((pod) => !isTracked(pod))
    .map((pod) => ({ ...pod, metadata: { ...pod.metadata, finalizers: [TRACKING] } }));
  return account(bare, counted, { failures: 0, lastFailureMs: undefined }).backoff;
}

/** The kubernetes job controller's syncJob. */
async function sync(context: ControlContext, job: KubeObject, tally: Tally, onNoted: () => void): Promise<Again> {
  const now = timestamp(context.clock);
  const status: JobStatus = structuredClone(job['status'] ?? {});
  status.uncountedTerminatedPods ??= {};
  if (!job['spec'].suspend) status.startTime ??= now;
  const deadlineMs = untilDeadline(job, status.startTime, context.clock.now());
  let verdict = verdictOn(job, tally, deadlineMs);
  let again: Again;
  let failure: unknown;
  try {
    if (verdict) await remove(context, job, tally, tally.active);
    else if (!job.metadata.deletionTimestamp) again = await manage(context, job, tally);
  } catch (error) {
    // What was counted is written down all the same.
    failure = error;
    verdict = undefined;
  }
  if (!verdict && failure === undefined) {
    if (isComplete(job, tally.succeeded, tally.active.length)) verdict = COMPLETED;
    else if (!job.metadata.deletionTimestamp) suspendOrResume(context, job, status, now);
  }
  status.active = tally.active.length || undefined;
  status.ready = tally.ready;
  status.terminating = tally.terminating;
  if (await track(context, job, tally, status, verdict, onNoted)) tellEnd(context, job, verdict!, status);
  if (failure !== undefined) throw failure;
  if (verdict || deadlineMs === undefined) return again;
  return Math.min(deadlineMs, again ?? deadlineMs);
}

function suspendOrResume(context: ControlContext, job: KubeObject, status: JobStatus, now: string): void {
  const isSuspended = job['spec'].suspend === true;
  const conditions = status.conditions ?? [];
  const known = conditions.find(({ type }) => type === 'Suspended');
  if (known ? (known.status === 'True') === isSuspended : !isSuspended) return;
  const [reason, message] = isSuspended ? ['Suspended', 'Job suspended'] : ['Resumed', 'Job resumed'];
  const next = jobCondition('Suspended', isSuspended ? 'True' : 'False', `Job${reason}`, message, now);
  status.conditions = known ? conditions.map((one) => (one === known ? next : one)) : [...conditions, next];
  // The deadline counts from when it last began to run.
  status.startTime = isSuspended ? undefined : now;
  context.recorder.record(job, { type: 'Normal', reason, message, component: COMPONENT });
}

function tellEnd(context: ControlContext, job: KubeObject, verdict: Verdict, status: JobStatus): void {
  const say = (type: 'Normal' | 'Warning', reason: string, message: string) =>
    context.recorder.record(job, { type, reason, message, component: COMPONENT });
  if (verdict.type === 'FailureTarget') {
    say('Warning', verdict.reason, verdict.message);
    return;
  }
  if ((status.succeeded ?? 0) > (job['spec'].completions ?? Number.POSITIVE_INFINITY)) {
    say('Warning', 'TooManySucceededPods', 'Too many succeeded pods running after completion count reached');
  }
  say('Normal', 'Completed', 'Job completed');
}

/** A pod that waits to be counted by a job that is over, gone, or not its own any more. */
function isLeftover(context: ControlContext, pod: KubeObject): boolean {
  if (!isTracked(pod)) return false;
  const owner = controllerOf(pod);
  if (!owner) return true;
  if (owner.kind !== 'Job' || owner.apiVersion !== 'batch/v1') return false;
  const job = context.lister.get<KubeObject>(RESOURCE, pod.metadata.namespace, owner.name);
  if (job?.metadata.uid !== owner.uid) return true;
  return !isForeign(job) && endOf(job) !== undefined;
}

const leftoverKeys = (context: ControlContext, { type, object }: StoreEvent): string[] =>
  type !== 'DELETED' && isLeftover(context, object) ? [`${LEFTOVER}${keyOf(object)}`] : [];

async function releaseLeftover(context: ControlContext, key: string): Promise<Again> {
  const pod = context.lister.get<KubeObject>('pods', ...splitKey(key));
  if (pod && isLeftover(context, pod)) await release(context, [pod]);
  return undefined;
}

/** Pods whose job is gone (the collector may be slower, or leave them) must not keep its finalizer. */
async function releaseAll(context: ControlContext, key: string): Promise<Again> {
  const [namespace, name] = splitKey(key);
  const pods = context.lister.list<KubeObject>('pods', namespace);
  await release(
    context,
    pods.filter((pod) => controllerOf(pod)?.name === name && isLeftover(context, pod)),
  );
  return undefined;
}

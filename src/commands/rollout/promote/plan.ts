import type { KubeObject } from '../../../api/meta.ts';
import { KctlError } from '../../../lib/errors.ts';

/** How far to go: pods that are to have the new revision, as a number or a share; `full`: all. Undefined: one step. */
export type PromoteTarget = { pods: number } | { percent: number } | 'full' | undefined;

/** What is to be done, and what it means. */
export type PromotePlan =
  | { does: 'resume'; says: string }
  /** Goes on until so many pods have the new revision, and is paused again. */
  | { does: 'step'; pods: number; of: number; says: string }
  | { does: 'partition'; partition: number; says: string };

/** @throws KctlError `usage` for anything but a number or a percentage */
export function parseTarget(to: string, full: boolean): PromoteTarget {
  if (full && to !== '') throw new KctlError('usage', '--to and --full say different things');
  if (full) return 'full';
  if (to === '') return undefined;
  const match = /^(\d+)(%?)$/.exec(to);
  const number = Number(match?.[1]);
  if (!match || number === 0 || (match[2] && number > 100)) {
    throw new KctlError('usage', `--to takes a number of pods or a percentage of them: not "${to}"`);
  }
  return match[2] ? { percent: number } : { pods: number };
}

type Refusal = (reason: string) => KctlError;

/**
 * What promoting means for a workload as it is now.
 * @param refuse makes the error of a reason, in the words of the other verbs
 */
export function promotePlan(object: KubeObject, target: PromoteTarget, refuse: Refusal): PromotePlan {
  const plan = kinds[object.kind];
  if (!plan) throw refuse('has no steps: promoting is not supported');
  return plan(object, target, refuse);
}

const kinds: Readonly<Record<string, (object: KubeObject, target: PromoteTarget, refuse: Refusal) => PromotePlan>> = {
  Deployment: planDeployment,
  StatefulSet: planStatefulSet,
};

function planDeployment({ spec = {}, status = {} }: KubeObject, target: PromoteTarget, refuse: Refusal): PromotePlan {
  if (spec.paused !== true) throw refuse('is not paused: it goes on by itself');
  const of: number = spec.replicas ?? 1;
  const updated: number = status.updatedReplicas ?? 0;
  const pods = podsOf(target, of);
  if (pods === undefined || pods >= of) {
    return { does: 'resume', says: `resumed: ${updated} of ${of} pods are new, the others follow` };
  }
  if (pods <= updated) throw refuse(`has ${updated} of ${of} new pods already: promoting only goes forward`);
  return {
    does: 'step',
    pods,
    of,
    says: `goes on from ${updated} to ${pods} of ${of} new pods, then it is paused again`,
  };
}

function planStatefulSet(
  { metadata, spec = {}, status = {} }: KubeObject,
  target: PromoteTarget,
  refuse: Refusal,
): PromotePlan {
  const { type = 'RollingUpdate', rollingUpdate } = spec.updateStrategy ?? {};
  if (type !== 'RollingUpdate') throw refuse(`is updated by hand (${type}): delete its pods one by one`);
  const of: number = spec.replicas ?? 1;
  const set: number = rollingUpdate?.partition ?? 0;
  if (set === 0) throw refuse('has no partition: it goes on by itself');
  const isObserved = (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
  if (isObserved && status.updateRevision === status.currentRevision) {
    throw refuse('has no newer revision to promote');
  }
  const from = Math.min(set, of);
  const pods = podsOf(target, of) ?? of - from + 1;
  const partition = Math.max(0, of - pods);
  if (partition >= from) {
    throw refuse(`lets ${of - from} of ${of} pods have the new revision already: promoting only goes forward`);
  }
  const which = from - partition === 1 ? `pod ${partition} gets` : `pods ${partition} to ${from - 1} get`;
  const rest = partition === 0 ? 'and none is held back' : `and ${partition} of ${of} pods are held back`;
  return {
    ...{ does: 'partition', partition },
    says: `promoted: ${which} revision ${status.updateRevision ?? 'next'}, ${rest} (partition ${set} -> ${partition})`,
  };
}

function podsOf(target: PromoteTarget, of: number): number | undefined {
  if (target === undefined) return undefined;
  if (target === 'full') return of;
  return Math.min(of, 'pods' in target ? target.pods : Math.ceil((of * target.percent) / 100));
}

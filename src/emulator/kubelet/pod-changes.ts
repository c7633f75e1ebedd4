import type { KubeObject } from '../../api/meta.ts';
import type { Fields } from '../runtime/fields.ts';
import { IN_PROGRESS, PENDING } from './resize.ts';

/** Phase, address and readiness: a controller does not look at more of a pod's status. */
export function isSameToControllers(a: Fields, b: Fields): boolean {
  const facts = ({ phase, podIP, conditions = [], startTime }: Fields) => {
    const ready = conditions.find(({ type }: { type: string }) => type === 'Ready');
    const resizing = conditions.filter(({ type }: { type: string }) => type === PENDING || type === IN_PROGRESS);
    return [phase, podIP, ready?.status, startTime === undefined, ...resizing.map(JSON.stringify)].join(' ');
  };
  return facts(a) === facts(b);
}

export function mounts(pod: KubeObject, claim: string): boolean {
  return (pod['spec'].volumes ?? []).some(
    (volume: { persistentVolumeClaim?: { claimName: string } }) => volume.persistentVolumeClaim?.claimName === claim,
  );
}

/** What annotations tell of a container's fate may change while it runs. */
export function told({ metadata }: KubeObject): string {
  const ours = Object.entries(metadata.annotations ?? {}).filter(([name]) => name.startsWith('kctl.dev/'));
  return ours.length > 0 ? JSON.stringify(ours) : '';
}

/** How the readiness gates of the pod stand. */
export function gatesOf({ spec, status }: KubeObject): string {
  const gates: { conditionType: string }[] = spec.readinessGates ?? [];
  if (gates.length === 0) return '';
  const known: { type: string; status: string }[] = status?.conditions ?? [];
  return gates.map((gate) => known.find(({ type }) => type === gate.conditionType)?.status ?? '').join();
}

/** True when nothing but status (or labels) was written: the spec is a copy of what it was. */
export function isOnlyCopied(object: KubeObject, previous: KubeObject | undefined): boolean {
  if (!previous) return false;
  const facts = (pod: KubeObject) =>
    JSON.stringify([
      pod.metadata.deletionTimestamp,
      pod.metadata.deletionGracePeriodSeconds,
      pod['spec'],
      told(pod),
      gatesOf(pod),
    ]);
  return facts(object) === facts(previous);
}

import type { KubeObject } from '../../../api/meta.ts';

export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time';

interface Known {
  service: string;
  pods: Map<string, string>;
}

const readySince = (pod: KubeObject): string | undefined =>
  pod['status']?.conditions?.find(({ type }: { type: string }) => type === 'Ready')?.lastTransitionTime;

/**
 * When what is written now of a service's endpoints began: the earliest change of readiness, or birth of the service,
 * that was not told before (k8s.io/endpointslice util TriggerTimeTracker). A pod that went has no such time.
 */
export class TriggerTimes {
  readonly #known = new Map<string, Known>();

  /** @returns RFC 3339; undefined where nothing of it is new */
  of(key: string, service: KubeObject, pods: readonly KubeObject[]): string | undefined {
    const before = this.#known.get(key);
    const news: string[] = [];
    const times = new Map<string, string>();
    for (const pod of pods) {
      const time = readySince(pod);
      if (!time) continue;
      times.set(pod.metadata.name!, time);
      if (time > (before?.pods.get(pod.metadata.name!) ?? '')) news.push(time);
    }
    const born = service.metadata.creationTimestamp ?? '';
    if (born > (before?.service ?? '')) news.push(born);
    this.#known.set(key, { service: born, pods: times });
    return news.sort()[0];
  }

  forget(key: string): void {
    this.#known.delete(key);
  }
}

/** Annotations with the time of this change, or without that of an earlier one; undefined where none is left. */
export function withTrigger(
  annotations: Readonly<Record<string, string>> | undefined,
  time: string | undefined,
): Record<string, string> | undefined {
  const { [TRIGGER_TIME]: _before, ...others } = annotations ?? {};
  const now = time ? { ...others, [TRIGGER_TIME]: time } : others;
  return Object.keys(now).length > 0 ? now : undefined;
}

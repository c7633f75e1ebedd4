import type { RolloutSnapshot } from './snapshot.ts';
import type { RolloutState } from './state.ts';
import { imagesOf } from './tree.ts';

/** What a picture could be completed by, that no watch brings. */
export interface RolloutWants {
  /** References of images whose facts nobody asked for. */
  images: string[];
  /** Nodes of pods that are on their way or do not go; they are looked at again from time to time. */
  nodes: string[];
  /** Nodes on which new pods wait for images: as long as they do, their pulls are worth a look each second. */
  pulls: string[];
  /** Runs that crashed and whose last words are not known. */
  logs: { uid: string; pod: string; container: string; restarts: number }[];
}

/** Images of the workload and its revisions that nobody asked the facts of yet. */
export function unknownImages({ workload, revisions, images }: RolloutState): string[] {
  const templates = [workload, ...revisions.values()].map(
    (object) => object?.spec?.template ?? object?.['data']?.spec?.template ?? {},
  );
  return [...new Set(templates.flatMap(imagesOf))].filter((reference) => reference !== '' && !images.has(reference));
}

/** Pods whose logs are worth a look at most: they crash for the same reason. */
const MOST_LOGS = 3;

export function rolloutWants({ state, tree }: Pick<RolloutSnapshot, 'state' | 'tree'>): RolloutWants {
  const wants: RolloutWants = { images: unknownImages(state), nodes: [], pulls: [], logs: [] };
  const nodes = new Set<string>();
  const pulls = new Set<string>();
  for (const revision of tree?.revisions ?? []) {
    for (const pod of revision.pods) {
      const isUnderWay = pod.stage !== 'ready' && pod.stage !== 'succeeded' && pod.stage !== 'failed';
      if (pod.node && isUnderWay) nodes.add(pod.node);
      if (!revision.isNew) continue;
      const waits = ['scheduled', 'pulling', 'init', 'starting'].includes(pod.stage);
      // A pull that has just ended is looked at once more: what came, and what was there, is worth knowing.
      const report = state.pulls.get(pod.node);
      const toldAt = report ? Date.parse(report.now) : 0;
      const recent = pod.pulls.some(({ exact, state: is, to = 0 }) =>
        exact ? is === 'pulling' || is === 'waiting' : is === 'pulled' && toldAt < to,
      );
      if (pod.node && (waits || recent) && report !== null) pulls.add(pod.node);
      for (const { name, reason, restarts, lastEnd, state: is } of pod.containers) {
        const crashed = reason === 'CrashLoopBackOff' || (is === 'terminated' && lastEnd !== undefined);
        const known = state.logs.get(`${pod.uid}/${name}`);
        if (!crashed || (known && known.restarts >= restarts) || wants.logs.length >= MOST_LOGS) continue;
        wants.logs.push({ uid: pod.uid, pod: pod.name, container: name, restarts });
      }
    }
  }
  return { ...wants, nodes: [...nodes], pulls: [...pulls] };
}

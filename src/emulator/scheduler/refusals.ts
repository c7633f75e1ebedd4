import type { KubeObject } from '../../api/meta.ts';
import type { ClusterState } from '../../api/scheduling/cluster-state.ts';
import type { Diagnosis } from '../../api/scheduling/diagnosis.ts';
import type { Nominations } from './nominations.ts';

interface Refusal {
  wish: string;
  state: number;
  nominations: number;
  diagnosis: Diagnosis;
}

/**
 * What was last said of a pod that no node took. Where a thousand replicas wait, the second hears the same as the
 * first, as long as nothing has changed: asking thousands of nodes again would say nothing new.
 */
export class Refusals {
  #last: Refusal | undefined;

  /** False, so that nobody is tried because of it. */
  forget(): false {
    this.#last = undefined;
    return false;
  }

  of(pod: KubeObject, wish: string, state: ClusterState, nominations: Nominations, ask: () => Diagnosis): Diagnosis {
    // Claims change without a word to the state; a kept node is a wish of one pod alone.
    const isPlain = !hasClaims(pod) && !pod['status']?.nominatedNodeName;
    const known = this.#last;
    const isKnown =
      isPlain && known?.wish === wish && known.state === state.version && known.nominations === nominations.version;
    if (isKnown) return known.diagnosis;
    const diagnosis = ask();
    const mayStay = isPlain && diagnosis.message !== undefined && !diagnosis.preemption;
    this.#last = mayStay ? { wish, state: state.version, nominations: nominations.version, diagnosis } : undefined;
    return diagnosis;
  }
}

const hasClaims = ({ spec }: KubeObject): boolean =>
  Boolean(spec.resourceClaims?.length) ||
  (spec.volumes ?? []).some(
    (volume: { persistentVolumeClaim?: object; ephemeral?: object }) =>
      volume.persistentVolumeClaim ?? volume.ephemeral,
  );

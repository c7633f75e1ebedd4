import type { KubeObject } from '../../../api/meta.ts';
import { onceLive } from '../../clocks.ts';
import type { ControlContext } from '../controller.ts';
import { readiness } from './readiness.ts';

const LEASES = 'leases.coordination.k8s.io';
/** A node that was not heard of for so long is not known to be well (kube-controller-manager --node-monitor-grace-period). */
const GRACE_MS = 50_000;
/** The same for one that never said anything (--node-startup-grace-period). */
const STARTUP_GRACE_MS = 60_000;
const OVERSLEPT_MS = 10_000;

interface Heard {
  /** What was heard: the lease's and the status's time. */
  words: string;
  atMs: number;
  isWell: boolean;
}

/**
 * When each node was heard of last: by a renewed lease or by a status. What they say is compared with what they said
 * before, so that a process that slept does not take all its nodes for dead.
 */
export class Silence {
  readonly #context: ControlContext;
  readonly #heard = new Map<string, Heard>();
  #isLive = false;

  constructor(context: ControlContext) {
    this.#context = context;
    // While a past is lived through no node says anything, as nobody reads it.
    onceLive(context.clock, () => {
      this.#isLive = true;
    });
  }

  /** When the node's silence will be, or was, too long (ms since the epoch). */
  endsAt(node: KubeObject): number {
    if (!this.#isLive) return Number.POSITIVE_INFINITY;
    const name = node.metadata.name!;
    const ready = readiness(node);
    const now = this.#context.clock.now();
    const renewed: string = this.#context.lister.get(LEASES, 'kube-node-lease', name)?.['spec']?.renewTime ?? '';
    const words = `${renewed} ${ready?.lastHeartbeatTime ?? ''}`;
    const grace = ready ? GRACE_MS : STARTUP_GRACE_MS;
    const last = this.#heard.get(name);
    let atMs = last?.atMs ?? (ready ? now : Date.parse(node.metadata.creationTimestamp!));
    // A look that comes far too late means that this process slept, and the nodes with it.
    if (last?.isWell && now > last.atMs + grace + OVERSLEPT_MS) atMs = now;
    // Looked at rarely: what was said in between was said when it says so.
    else if (last && last.words !== words) {
      const said = Math.max(Date.parse(renewed) || 0, Date.parse(ready?.lastHeartbeatTime ?? '') || 0);
      atMs = Math.min(Math.max(said, atMs), now);
    }
    this.#heard.set(name, { words, atMs, isWell: atMs + grace > now });
    return atMs + grace;
  }

  /** Everybody counts as heard of now. */
  forgive(): void {
    const atMs = this.#context.clock.now();
    for (const heard of this.#heard.values()) Object.assign(heard, { atMs, isWell: true });
  }

  forget(name: string): void {
    this.#heard.delete(name);
  }
}

import type { KubeObject } from '../../../api/meta.ts';

type ZoneState = 'initial' | 'normal' | 'partial' | 'full';

/** Nodes that are given up, per second (kube-controller-manager --node-eviction-rate, --secondary-node-eviction-rate). */
const RATE = 0.1;
const SECONDARY_RATE = 0.01;
/** Zones up to this size give up nobody while most of them is down (--large-cluster-size-threshold). */
const LARGE = 50;
/** From this part of its nodes on, a zone is in disruption (--unhealthy-zone-threshold). */
const UNHEALTHY = 0.55;

export interface ZoneCount {
  ready: number;
  notReady: number;
}

/** Region and zone, as one key. */
export function zoneOf({ metadata: { labels = {} } }: KubeObject): string {
  const region = labels['topology.kubernetes.io/region'] ?? labels['failure-domain.beta.kubernetes.io/region'] ?? '';
  const zone = labels['topology.kubernetes.io/zone'] ?? labels['failure-domain.beta.kubernetes.io/zone'] ?? '';
  return region || zone ? `${region}:\u0000:${zone}` : '';
}

function stateFor({ ready, notReady }: ZoneCount): ZoneState {
  if (ready === 0 && notReady > 0) return 'full';
  return notReady > 2 && notReady / (ready + notReady) >= UNHEALTHY ? 'partial' : 'normal';
}

/** How fast one zone's nodes are given up: a token bucket that holds one token. */
class Zone {
  state: ZoneState = 'initial';
  /** Nodes a second; 0: none. */
  #rate = RATE;
  #nextAt = Number.NEGATIVE_INFINITY;

  /** When the next node may be given up (ms since the epoch). */
  get nextAt(): number {
    return this.#rate === 0 ? Number.POSITIVE_INFINITY : this.#nextAt;
  }

  spend(now: number): void {
    this.#nextAt = now + 1000 / this.#rate;
  }

  /** A bucket that is empty stays empty: changing the rate gives nobody a token. */
  setRate(rate: number, now: number): void {
    if (rate === this.#rate) return;
    const isEmpty = this.nextAt > now;
    this.#rate = rate;
    if (rate > 0) this.#nextAt = isEmpty ? now + 1000 / rate : Number.NEGATIVE_INFINITY;
  }
}

/**
 * The speed of giving up nodes, zone by zone (kubernetes pkg/controller/nodelifecycle handleDisruption): the usual one
 * where most nodes are well and where a whole zone is gone; slowly where most of a large zone is down, not at all
 * in a small one; and not at all while no node of the cluster is well, as the fault is likely to be here then.
 */
export class Zones {
  readonly #zones = new Map<string, Zone>();

  /** @returns what happened to the cluster as a whole */
  judge(counts: ReadonlyMap<string, ZoneCount>, now: number): 'lost' | 'found' | undefined {
    for (const key of counts.keys()) if (!this.#zones.has(key)) this.#zones.set(key, new Zone());
    for (const key of this.#zones.keys()) if (!counts.has(key)) this.#zones.delete(key);
    const wasLost = this.isLost;
    const states = [...counts].map(([key, count]) => [this.#zones.get(key)!, stateFor(count), count] as const);
    const isLost = states.length > 0 && states.every(([, state]) => state === 'full');
    if (isLost && wasLost) return undefined;
    for (const [zone, state, count] of states) {
      if (zone.state === state && !wasLost && !isLost) continue;
      zone.state = state;
      const secondary = count.ready + count.notReady > LARGE ? SECONDARY_RATE : 0;
      zone.setRate(isLost ? 0 : state === 'partial' ? secondary : RATE, now);
    }
    if (isLost) return 'lost';
    return wasLost ? 'found' : undefined;
  }

  /** No node of any zone is well. */
  get isLost(): boolean {
    return this.#zones.size > 0 && [...this.#zones.values()].every(({ state }) => state === 'full');
  }

  nextAt(zone: string): number {
    return this.#zones.get(zone)?.nextAt ?? Number.POSITIVE_INFINITY;
  }

  spend(zone: string, now: number): void {
    this.#zones.get(zone)?.spend(now);
  }
}

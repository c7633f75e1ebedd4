import type { KubeObject } from '../../api/meta.ts';
import type { StoreEvent } from '../client.ts';
import { rangeIndex } from './node-facts.ts';

const indexOf = (node: KubeObject | undefined): number | undefined =>
  node?.['spec']?.podCIDR === undefined ? undefined : rangeIndex(node['spec'].podCIDR);

/** Which pod ranges the nodes have, kept from their events: looking through thousands for each new one would add up. */
export class PodRanges {
  /** How many nodes have each index: users may write the same range into two. */
  readonly #holders = new Map<number, number>();
  /** All below are taken. */
  #floor = 0;

  follow({ type, object, previous }: StoreEvent): void {
    const is = type === 'DELETED' ? undefined : indexOf(object);
    const was = type === 'DELETED' ? indexOf(object) : indexOf(previous);
    if (is === was) return;
    if (was !== undefined) this.#count(was, -1);
    if (is !== undefined) this.#count(is, 1);
  }

  /** The first index that no node has. */
  lowestFree(): number {
    while (this.#holders.has(this.#floor)) this.#floor++;
    return this.#floor;
  }

  #count(index: number, by: number): void {
    const count = (this.#holders.get(index) ?? 0) + by;
    if (count > 0) this.#holders.set(index, count);
    else {
      this.#holders.delete(index);
      this.#floor = Math.min(this.#floor, index);
    }
  }
}

import type { Selector } from '../../lib/label-selector.ts';
import type { NodeInfo, PlacedPod } from './node-info.ts';

/** How many pods of one namespace that match a selector are on each node, kept up to date as pods come and go. */
export class Tally {
  readonly selector: Selector;
  /** Nodes without any are not named. */
  readonly all = new Map<NodeInfo, number>();
  /** Without those that are on their way out. */
  readonly staying = new Map<NodeInfo, number>();

  constructor(selector: Selector) {
    this.selector = selector;
  }

  change(placed: PlacedPod, info: NodeInfo, by: number): void {
    if (!this.selector.matches(placed.labels)) return;
    shiftCount(this.all, info, by);
    if (!placed.isDeleting) shiftCount(this.staying, info, by);
  }
}

function shiftCount(counts: Map<NodeInfo, number>, info: NodeInfo, by: number): void {
  const count = (counts.get(info) ?? 0) + by;
  if (count > 0) counts.set(info, count);
  else counts.delete(info);
}

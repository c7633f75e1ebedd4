import type { ImageLayerFacts } from '../../api/image-facts.ts';

/** How many layers of an image are fetched side by side (containerd, `max_concurrent_downloads`). */
const AT_ONCE = 3;

/** When a layer is transferred (ms since the pull's own begin), and how far it is at each change of pace. */
export interface LayerPlan {
  from: number;
  to: number;
  /** Bytes that are there by `at`; between two of them they grow evenly. */
  marks: readonly { at: number; bytes: number }[];
}

/**
 * Who transfers what when: three layers at a time, in the image's order, that share the node's bandwidth evenly.
 * Worked out only where somebody looks: a pull itself needs no more than its end.
 *
 * @param bytesPerMs what all layers together receive
 * @returns one plan for each layer, in their order
 */
export function planLayers(layers: readonly ImageLayerFacts[], begin: number, bytesPerMs: number): LayerPlan[] {
  const plans = layers.map(() => ({ from: 0, to: 0, marks: [] as { at: number; bytes: number }[] }));
  const left = layers.map(({ sizeBytes }) => sizeBytes);
  let next = 0;
  let now = begin;
  const active: number[] = [];
  const admit = () => {
    while (active.length < AT_ONCE && next < layers.length) {
      plans[next]!.from = now;
      plans[next]!.marks.push({ at: now, bytes: 0 });
      active.push(next++);
    }
  };
  admit();
  while (active.length > 0) {
    const pace = bytesPerMs / active.length;
    const least = Math.min(...active.map((index) => left[index]!));
    now += least / pace;
    for (const index of [...active]) {
      left[index]! -= least;
      plans[index]!.marks.push({ at: now, bytes: layers[index]!.sizeBytes - left[index]! });
      // The least of them is done; floating point may leave a trace of its twin.
      if (left[index]! > 0.5) continue;
      plans[index]!.to = now;
      active.splice(active.indexOf(index), 1);
    }
    admit();
  }
  return plans;
}

/** Bytes that are there at a moment of the plan. */
export function bytesAt({ marks }: LayerPlan, at: number): number {
  const after = marks.findIndex((mark) => mark.at > at);
  if (after === 0) return 0;
  const [before, next] = after < 0 ? [marks.at(-1), undefined] : [marks[after - 1], marks[after]];
  if (!before) return 0;
  if (!next) return before.bytes;
  return Math.round(before.bytes + ((at - before.at) / (next.at - before.at)) * (next.bytes - before.bytes));
}

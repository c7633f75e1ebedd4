import type { Move } from './view-model.ts';

/** By how many rows a move leads on in a list; undefined for moves that are none there: left and right. */
export function stepOf(move: Move, steps: number, { height, count }: { height: number; count: number }) {
  const page = Math.max(1, height - 1) * steps;
  const by: Partial<Record<Move, number>> = {
    ...{ up: -steps, down: steps, 'page-up': -page, 'page-down': page },
    ...{ top: -count, bottom: count },
  };
  return by[move];
}

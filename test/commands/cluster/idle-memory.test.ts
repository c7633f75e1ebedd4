import { expect, test } from 'vitest';
import { idleMemory } from '../../../src/commands/cluster/idle-memory.ts';

const MIB = 1024 * 1024;

test('what a burst has left is given back once, when it is over', async () => {
  const state = { heap: 100, cpu: 0, collected: 0 };
  const look = idleMemory(
    {
      heap: () => state.heap * MIB,
      cpu: () => state.cpu,
      async collect() {
        state.collected++;
        state.heap = Math.min(state.heap, 250);
        state.cpu += 1;
      },
    },
    5000,
  );
  /** Collections after each look, at a heap of so many MiB and so many seconds of work since the last one. */
  const steps: readonly (readonly [heap: number, cpu: number, collected: number])[] = [
    [100, 0.1, 0],
    [180, 0.1, 0],
    [450, 4, 0],
    [450, 0.6, 0],
    [450, 0.4, 1],
    [250, 0.4, 1],
    [370, 0.4, 1],
    [380, 4, 1],
    [380, 0.1, 2],
  ];
  for (const [heap, cpu, collected] of steps) {
    state.heap = heap;
    state.cpu += cpu;
    await look();
    expect(state.collected).toBe(collected);
  }
});

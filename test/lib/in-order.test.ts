import { expect, test } from 'vitest';
import { inOrder } from '../../src/lib/in-order.ts';

test('results come in the order of the items, failures in their place', async () => {
  const seen: string[] = [];
  const work = async (ticks: number) => {
    for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
    if (ticks === 3) throw new Error('three');
    return ticks;
  };
  for await (const result of inOrder([9, 1, 3, 0], 3, work)) {
    seen.push(result.status === 'fulfilled' ? String(result.value) : (result.reason as Error).message);
  }
  expect(seen).toEqual(['9', '1', 'three', '0']);
});

test('no more than so many are under way, and none is begun once nobody reads', async () => {
  let running = 0;
  let most = 0;
  let begun = 0;
  const work = async () => {
    begun++;
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
  };
  for await (const _ of inOrder(Array.from({ length: 20 }), 4, work)) if (begun >= 8) break;
  expect(most).toBe(4);
  expect(begun).toBeLessThan(12);
});

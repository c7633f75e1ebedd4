import { expect, test } from 'vitest';
import type { SourceState } from '../../../src/api/source.ts';
import { afterFirstRows } from '../../../src/tui/state/after-first-rows.ts';
import type { ViewModel } from '../../../src/tui/views/view-model.ts';
import { fakeCluster } from '../fake-services.ts';

function setup() {
  const { timing } = fakeCluster();
  const listeners = new Set<() => void>();
  let phase: SourceState['phase'] = 'connecting';
  const model = {
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    connection: () => ({ phase, since: 0 }),
  } as unknown as ViewModel;
  let runs = 0;
  const waiting = afterFirstRows(model, timing, () => runs++);
  const become = (next: SourceState['phase']) => {
    phase = next;
    for (const listener of listeners) listener();
  };
  return { timing, waiting, become, runs: () => runs };
}

test('runs soon after the rows, and once', () => {
  const { timing, become, runs } = setup();
  become('connecting');
  timing.advance(1000);
  expect(runs()).toBe(0);
  become('synced');
  become('stale');
  timing.advance(60);
  expect(runs()).toBe(1);
  timing.advance(10_000);
  expect(runs()).toBe(1);
});

test('a table that never answers does not hold it up for ever', () => {
  const { timing, become, runs } = setup();
  timing.advance(2000);
  expect(runs()).toBe(1);
  become('synced');
  timing.advance(2000);
  expect(runs()).toBe(1);
});

test('runs no more after it was cancelled', () => {
  const { timing, waiting, become, runs } = setup();
  waiting.cancel();
  become('synced');
  timing.advance(5000);
  expect(runs()).toBe(0);
});

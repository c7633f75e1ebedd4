import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import type { DashboardServices } from '../../../src/tui/services.ts';
import { budgetOf } from '../../../src/tui/state/budget.ts';
import { checkScreen, sizes, type WideCluster, wideCluster, withMetrics } from './wide-cluster.ts';

let cluster: WideCluster;

beforeAll(async () => {
  cluster = await wideCluster();
});

afterAll(() => cluster.stop());

describe.each(sizes)('the API budget at %i×%i', (cols, rows) => {
  test('by view, kind and verb, without a colour too', async () => {
    const s = await cluster.open('budget', cols, rows, undefined, 'none');
    await s.waitFor(/configmaps +configmaps +list +1/);
    expect(s.text()).toContain('no cap is set');
    expect(s.hasColour()).toBe(false);
    checkScreen(s, cols);
    s.close();
  });
});

test('what a view asks for is counted as its own, with the watches that it keeps', async () => {
  const s = await cluster.open('pulses', 200, 50);
  await s.waitFor('no faults');
  await s.press(':');
  await s.type('budget\r');
  await s.waitFor(/pulses +deployments\.apps +list +1/);
  expect(s.text()).toMatch(/configmaps +configmaps +watch/);
});

test('when the cap is reached figures wait and say so, and what the user does passes', async () => {
  let services!: DashboardServices;
  const s = await cluster.open('pulses', 120, 40, (opened) => {
    services = opened;
    withMetrics(opened);
  });
  await s.waitFor('no faults');
  const watches = () =>
    budgetOf(services)
      .lines()
      .filter(({ view, open }) => view === 'pulses' && open > 0);
  await vi.waitFor(() => expect(watches()).not.toEqual([]));
  budgetOf(services).limit({ requestsPerMinute: 5 });
  await s.waitFor(/‖ budget spent +○ stopped/);
  await s.waitFor('not fresh: the API budget is spent');
  expect(s.text()).toMatch(/API +\d+ of 5\/min/);
  await vi.waitFor(() => expect(watches()).toEqual([]));
  await s.press(':');
  await s.type('nodes\r');
  await s.waitFor(/nodes\[2\]/);
});

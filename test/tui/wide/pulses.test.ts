import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { gauge, sparkLine } from '../../../src/tui/views/pages/chart.ts';
import { checkScreen, sizes, type WideCluster, wideCluster, withMetrics } from './wide-cluster.ts';

let cluster: WideCluster;

beforeAll(async () => {
  cluster = await wideCluster();
  await cluster.emulator.client.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'lost', namespace: 'default' },
    spec: { nodeSelector: { nowhere: 'yes' }, containers: [{ name: 'main', image: 'nginx:1.27' }] },
  });
}, 60_000);

afterAll(() => cluster.stop());

describe.each(sizes)('pulses at %i×%i', (cols, rows) => {
  test('says of each kind how many are well', async () => {
    const s = await cluster.open('pulses all', cols, rows, withMetrics);
    await s.waitFor(/pulses\(all\)\[\d+ faults?\]/);
    await s.waitFor(/>\s?Pods ─+╮/);
    await s.waitFor(/│ \d+ ok {2}x 1 not/);
    await s.waitFor(/CPU +█+·+ 50%/);
    await s.waitFor(/Deployments ─/);
    checkScreen(s, cols);
    // Every frame is closed: nothing is cut at the right.
    expect(
      s
        .lines()
        .filter((line) => line.includes('╭'))
        .every((line) => line.trimEnd().endsWith('╮')),
    ).toBe(true);
    s.close();
  });
});

test('goes through the grid, and to what is not well', async () => {
  const s = await cluster.open('pulses all', 120, 40);
  await s.waitFor(/x 1 not/);
  await s.press('right');
  expect(s.text()).toMatch(/─ Pods[\s\S]*> Deployments/);
  await s.press('left', 'enter');
  await s.waitFor(/pods\(all\)\[\d/);
  await s.waitFor('lost');
  expect(s.text()).toContain('faults');
});

test('bars: nothing is empty, something is never nothing, more than all is all', () => {
  expect(sparkLine([undefined, 0, 1, 4, 8, 9], 8, 8)).toBe('   ▁▁▄██');
  expect(gauge(0.5, 8)).toEqual({ full: '████', empty: '····', text: '50%' });
  expect(gauge(0.001, 4).full).toBe('█');
  expect(gauge(0, 4)).toEqual({ full: '', empty: '····', text: '0%' });
  expect(gauge(1.4, 4)).toEqual({ full: '████', empty: '', text: '140%' });
});

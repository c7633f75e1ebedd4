import { expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/meta.ts';
import { SeenObjects } from '../../src/store/seen-objects.ts';
import { ManualTiming } from './manual-timing.ts';

const object = (name: string, version: number, text = ''): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, uid: `uid-${name}`, resourceVersion: String(version), managedFields: [{ manager: 'me' }] },
  spec: { version, text },
});

const noise = (length: number) => Array.from({ length }, (_, i) => ((i * 2654435761) >>> 0).toString(36)).join('');

test('keeps each version once, with when it was seen, packed or not yet, without managed fields', () => {
  const timing = new ManualTiming();
  const seen = new SeenObjects(timing);
  seen.take('pods /a', object('a', 1));
  seen.take('pods /a', object('a', 1));
  timing.advance(5000);
  expect(seen.bytes).toBeGreaterThan(0);
  seen.take('pods /a', object('a', 2));
  const versions = seen.versions('pods /a');
  expect(versions.map(({ at, object: one }) => [at, one['spec'].version])).toEqual([
    [1_000_000, 1],
    [1_005_000, 2],
  ]);
  for (const { object: one } of versions) expect(one.metadata.managedFields).toBeUndefined();
  expect(seen.versions('pods /b')).toEqual([]);
});

test('what was seen earlier and is told later stands in its place', () => {
  const timing = new ManualTiming();
  const seen = new SeenObjects(timing);
  seen.take('pods /a', object('a', 3));
  seen.take('pods /a', object('a', 2), 500);
  expect(seen.versions('pods /a').map(({ object: one }) => one['spec'].version)).toEqual([2, 3]);
});

test('is bounded: what changes most forgets first, what changed once keeps what it was', () => {
  const timing = new ManualTiming();
  const seen = new SeenObjects(timing, 60_000);
  seen.take('pods /quiet', object('quiet', 1, noise(300)));
  seen.take('pods /quiet', object('quiet', 2, noise(300)));
  for (let version = 0; version < 400; version++) {
    seen.take(`pods /busy-${version % 3}`, object(`busy-${version % 3}`, version, noise(300)));
    timing.advance(400);
  }
  expect(seen.bytes).toBeLessThanOrEqual(60_000);
  expect(seen.versions('pods /quiet')).toHaveLength(2);
  expect(seen.versions('pods /busy-0').at(-1)!.object['spec'].version).toBe(399);
});

test('a burst that cannot be packed in time is let go, and leaves no timer when it is over', () => {
  const timing = new ManualTiming();
  const seen = new SeenObjects(timing);
  for (let index = 0; index < 5000; index++) seen.take(`pods /p${index}`, object(`p${index}`, 1));
  timing.advance(60_000);
  expect(seen.versions('pods /p0')).toHaveLength(1);
  expect(seen.versions('pods /p4999')).toEqual([]);
  const { bytes } = seen;
  timing.advance(60_000);
  expect(seen.bytes).toBe(bytes);
});

import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { PodRanges } from '../../../src/emulator/kubelet/pod-ranges.ts';

const node = (podCIDR?: string): KubeObject => ({ apiVersion: 'v1', kind: 'Node', metadata: {}, spec: { podCIDR } });

test('the lowest pod range that no node has is free, whoever comes and goes', () => {
  const ranges = new PodRanges();
  const add = (cidr: string) => ranges.follow({ type: 'ADDED', object: node(cidr), previous: undefined });
  const remove = (cidr: string) => ranges.follow({ type: 'DELETED', object: node(cidr), previous: node(cidr) });
  expect(ranges.lowestFree()).toBe(0);
  ranges.follow({ type: 'ADDED', object: node(), previous: undefined });
  expect(ranges.lowestFree()).toBe(0);
  for (const cidr of ['10.244.0.0/24', '10.244.1.0/24', '10.244.3.0/24']) add(cidr);
  expect(ranges.lowestFree()).toBe(2);
  ranges.follow({ type: 'MODIFIED', object: node('10.244.2.0/24'), previous: node() });
  expect(ranges.lowestFree()).toBe(4);
  // What says the same again counts once.
  ranges.follow({ type: 'MODIFIED', object: node('10.244.2.0/24'), previous: node('10.244.2.0/24') });
  remove('10.244.2.0/24');
  expect(ranges.lowestFree()).toBe(2);
  // Two nodes that a user gave the same range: it is free when both are gone.
  add('10.244.1.0/24');
  remove('10.244.1.0/24');
  expect(ranges.lowestFree()).toBe(2);
  remove('10.244.1.0/24');
  expect(ranges.lowestFree()).toBe(1);
});

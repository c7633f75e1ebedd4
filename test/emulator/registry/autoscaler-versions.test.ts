import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { scalerToServed, scalerToStored } from '../../../src/emulator/registry/autoscaler-versions.ts';

/** One autoscaler as a kube-apiserver 1.36.3 gave it: in v2, read in v1, and in v2 again once that was sent back. */
const recorded = JSON.parse(
  readFileSync(new URL('../../fixtures/api/autoscaler-1.36.json', import.meta.url), 'utf8'),
) as Record<'v2' | 'v1' | 'back', KubeObject>;

const old = (annotations: Record<string, string>, spec: object = {}): KubeObject => ({
  apiVersion: 'autoscaling/v1',
  kind: 'HorizontalPodAutoscaler',
  metadata: { name: 'h', annotations },
  spec,
});

describe('an autoscaler in its first version', () => {
  test('keeps in annotations what the version does not know, letter for letter', () => {
    expect({ ...scalerToServed(recorded.v2), apiVersion: 'autoscaling/v1' }).toEqual(recorded.v1);
  });

  test('gives it back, the use of cpu last', () => {
    expect({ ...scalerToStored(recorded.v1), apiVersion: 'autoscaling/v2' }).toEqual(recorded.back);
  });

  test.each([
    ['behavior', '{'],
    ['behavior', '5'],
    ['metrics', '[{'],
    ['metrics', '[5]'],
    ['conditions', 'x'],
    ['current-metrics', '5'],
  ])('forgets %s where it says %s', (name, text) => {
    const stored = scalerToStored(
      old({ a: 'b', [`autoscaling.alpha.kubernetes.io/${name}`]: text }, { maxReplicas: 2 }),
    );
    expect(stored.metadata.annotations).toEqual({ a: 'b' });
    expect(stored.spec).toEqual({ maxReplicas: 2 });
    expect(stored.status).toEqual({});
  });

  test('reads names in any case, and has no annotations where it needs none', () => {
    const kept = { 'autoscaling.alpha.kubernetes.io/behavior': '{"ScaleUp":{"SelectPolicy":"Min","Tolerance":null}}' };
    const stored = scalerToStored(old(kept));
    expect(stored.spec.behavior).toEqual({ scaleUp: { selectPolicy: 'Min' } });
    expect(stored.metadata).toEqual({ name: 'h' });
    const { behavior: _, ...spec } = stored.spec;
    expect(scalerToServed({ ...stored, spec }).metadata).toEqual({ name: 'h' });
  });
});

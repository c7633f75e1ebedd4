import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { ClusterState } from '../../../src/api/scheduling/cluster-state.ts';
import { diagnose } from '../../../src/api/scheduling/diagnosis.ts';
import type { ObjectSource } from '../../../src/api/scheduling/source.ts';

interface Recorded {
  nodes: KubeObject[];
  placed: KubeObject[];
  claims: KubeObject[];
  volumes: KubeObject[];
  classes: KubeObject[];
  namespaces: KubeObject[];
  cases: { pod: KubeObject; message?: string; node?: string }[];
}

const recorded = JSON.parse(readFileSync(new URL('real-scheduler.json', import.meta.url), 'utf8')) as Recorded;

const objects: Readonly<Record<string, readonly KubeObject[]>> = {
  persistentvolumeclaims: recorded.claims,
  persistentvolumes: recorded.volumes,
  'storageclasses.storage.k8s.io': recorded.classes,
  namespaces: recorded.namespaces,
};
const source: ObjectSource = {
  list: (resource) => objects[resource] ?? [],
  get: (resource, namespace, name) =>
    objects[resource]?.find(
      ({ metadata }) => metadata.name === name && (!namespace || metadata.namespace === namespace),
    ),
};

describe('what kube-scheduler 1.36.3 said of these pods', () => {
  const state = new ClusterState();
  for (const node of recorded.nodes) state.setNode(node);
  for (const pod of recorded.placed) state.setPod(pod);

  test.each(recorded.cases)('$pod.metadata.name', ({ pod, message, node }) => {
    const { message: ours, fitting } = diagnose(pod, state, source, () => 0);
    expect(ours).toBe(message);
    if (!node) return;
    expect(fitting.map(({ name }) => name)).toContain(node);
    // It was there when the next one came.
    state.setPod(pod, node);
  });
});

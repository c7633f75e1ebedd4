import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { deletionOrder } from '../../../src/emulator/controllers/pods.ts';

const NOW = Date.parse('2026-03-02T10:00:00Z');
const before = (seconds: number): string => new Date(NOW - seconds * 1000).toISOString();

interface Traits {
  node?: string;
  phase?: string;
  /** Seconds since it became ready; undefined: it is not ready. */
  ready?: number | undefined;
  cost?: string;
  age?: number;
  restarts?: number;
  sidecarRestarts?: number;
  uid?: string;
  deleting?: boolean;
}

function pod(name: string, traits: Traits = {}): KubeObject {
  const { node = 'n1', phase = 'Running', age = 1000, restarts = 0, sidecarRestarts = 0 } = traits;
  const ready = 'ready' in traits ? traits.ready : 500;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      uid: traits.uid ?? name,
      creationTimestamp: before(age),
      ...(traits.deleting ? { deletionTimestamp: before(1) } : {}),
      annotations: traits.cost === undefined ? {} : { 'controller.kubernetes.io/pod-deletion-cost': traits.cost },
    },
    spec: {
      ...(node ? { nodeName: node } : {}),
      initContainers: [{ name: 'once' }, { name: 'side', restartPolicy: 'Always' }],
    },
    status: {
      phase,
      conditions: ready === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: before(ready) }],
      containerStatuses: [{ name: 'app', restartCount: restarts }],
      initContainerStatuses: [
        { name: 'once', restartCount: 99 },
        { name: 'side', restartCount: sidecarRestarts },
      ],
    },
  };
}

/** Whichever comes first in the list of pods, the same one goes first. */
function firstToGo(a: Traits, b: Traits, siblings: KubeObject[] = []): string[] {
  const one = pod('a', a);
  const two = pod('b', b);
  return [
    [one, two],
    [two, one],
  ].map((pods) => deletionOrder(pods, siblings, NOW)[0]!.metadata.name!);
}

describe('a replica set gives up first', () => {
  // Each `a` goes first by its rank although every later rank speaks for `b`.
  test.each<[string, Traits, Traits]>([
    ['a pod that no node has', { node: '', phase: 'Running' }, { phase: 'Pending', ready: undefined }],
    ['a pending pod before one of unknown phase', { phase: 'Pending' }, { phase: 'Unknown', ready: undefined }],
    ['a pod of unknown phase before a running one', { phase: 'Unknown' }, { ready: undefined }],
    ['one that is not ready', { ready: undefined, cost: '5' }, { cost: '-5' }],
    ['the cheaper one', { cost: '-1', ready: 900 }, { cost: '0', ready: 1 }],
    [
      'the one that has been ready for a shorter time, by magnitude',
      { ready: 10, age: 9000 },
      { ready: 100, restarts: 9, age: 1 },
    ],
    [
      'of two that became ready at once the one that restarted more',
      { restarts: 3, age: 9000 },
      { restarts: 2, age: 1 },
    ],
    [
      'of two that restarted as often the one whose sidecar did more',
      { sidecarRestarts: 2, age: 9000 },
      { sidecarRestarts: 1, age: 1 },
    ],
    ['the younger one, by magnitude', { age: 10, uid: 'z' }, { age: 1000, uid: 'a' }],
  ])('%s', (_rank, a, b) => {
    expect(firstToGo(a, b)).toEqual(['a', 'a']);
  });

  test('the one with more active siblings on its node', () => {
    const siblings = [
      pod('c', { node: 'n1' }),
      pod('d', { node: 'n2', deleting: true }),
      pod('e', { node: 'n2', phase: 'Failed' }),
    ];
    expect(firstToGo({ node: 'n1', ready: 900 }, { node: 'n2', ready: 1 }, siblings)).toEqual(['a', 'a']);
  });

  test('of two ages of one magnitude the lower uid, whatever else is different', () => {
    // 600 s and 900 s are between the same powers of two of nanoseconds; 500 s is not.
    expect(firstToGo({ ready: 900, uid: '1', restarts: 0 }, { ready: 600, uid: '2', restarts: 9 })).toEqual(['a', 'a']);
    expect(firstToGo({ ready: 900, uid: '1' }, { ready: 500, uid: '2' })).toEqual(['b', 'b']);
    expect(firstToGo({ ready: 1, age: 900, uid: '2' }, { ready: 1, age: 600, uid: '1' })).toEqual(['b', 'b']);
  });

  test.each(['+10', '008', '1.5', 'x', '', '99999999999'])('a cost of %j is none', (cost) => {
    expect(firstToGo({ cost, uid: '1' }, { uid: '2' })).toEqual(firstToGo({ uid: '1' }, { uid: '2' }));
    expect(firstToGo({ cost: '-1' }, { cost })).toEqual(['a', 'a']);
    expect(firstToGo({ cost }, { cost: '1' })).toEqual(['a', 'a']);
  });
});

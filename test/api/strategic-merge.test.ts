import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../src/api/meta.ts';
import { applyStrategicMerge, threeWayStrategicPatch } from '../../src/api/strategic-merge.ts';

interface Exchange {
  method: string;
  request: KubeObject;
  body: KubeObject;
}
const exchanges = JSON.parse(
  readFileSync(new URL('../fixtures/api/exchanges.json', import.meta.url), 'utf8'),
) as Record<string, Exchange[]>;

const pod = (spec: Record<string, unknown>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'p' },
  spec,
});
const merge = (current: Record<string, unknown>, patch: Record<string, unknown>): unknown =>
  applyStrategicMerge(pod(current), { spec: patch }, 'v1', 'Pod').spec;

test('gives what a server gave for each patch of the recording', () => {
  const [created, ...patches] = exchanges['strategic patch']!;
  let current = created!.body;
  for (const { request, body } of patches) {
    current = applyStrategicMerge(current, request, 'apps/v1', 'Deployment');
    expect(current.spec).toEqual(body.spec);
  }
  expect(patches.length).toBe(3);
});

describe('directives', () => {
  const cases: [string, Record<string, unknown>, Record<string, unknown>, unknown][] = [
    ['null removes a field', { a: 1, nodeName: 'x' }, { nodeName: null }, { a: 1 }],
    [
      'an atomic list is replaced',
      { tolerations: [{ key: 'a' }] },
      { tolerations: [{ key: 'b' }] },
      { tolerations: [{ key: 'b' }] },
    ],
    [
      '$patch: replace on a map',
      { securityContext: { a: 1 } },
      { securityContext: { $patch: 'replace', b: 2 } },
      { securityContext: { b: 2 } },
    ],
    [
      '$patch: delete on a map',
      { securityContext: { a: 1 } },
      { securityContext: { $patch: 'delete' } },
      { securityContext: {} },
    ],
    [
      '$patch: merge on a map',
      { securityContext: { a: 1 } },
      { securityContext: { $patch: 'merge', b: 2 } },
      { securityContext: { a: 1, b: 2 } },
    ],
    [
      '$patch: replace in a list replaces all of it',
      { containers: [{ name: 'a' }, { name: 'b' }] },
      { containers: [{ $patch: 'replace' }, { name: 'c' }] },
      { containers: [{ name: 'c' }] },
    ],
    [
      '$patch: delete of an item',
      { containers: [{ name: 'a' }, { name: 'b' }] },
      { containers: [{ name: 'a', $patch: 'delete' }] },
      { containers: [{ name: 'b' }] },
    ],
    [
      'retainKeys lets one volume source replace another',
      { volumes: [{ name: 'v', emptyDir: {} }] },
      { volumes: [{ name: 'v', $retainKeys: ['hostPath', 'name'], hostPath: { path: '/x' } }] },
      { volumes: [{ name: 'v', hostPath: { path: '/x' } }] },
    ],
    [
      '$setElementOrder alone moves items',
      { containers: [{ name: 'a' }, { name: 'b' }, { name: 'sidecar' }] },
      { '$setElementOrder/containers': [{ name: 'b' }, { name: 'a' }] },
      { containers: [{ name: 'b' }, { name: 'a' }, { name: 'sidecar' }] },
    ],
    [
      'an added item comes where the order says',
      { containers: [{ name: 'a' }, { name: 'server' }, { name: 'b' }] },
      {
        '$setElementOrder/containers': [{ name: 'a' }, { name: 'n' }, { name: 'b' }],
        containers: [{ name: 'n', image: 'x' }],
      },
      { containers: [{ name: 'a' }, { name: 'n', image: 'x' }, { name: 'server' }, { name: 'b' }] },
    ],
    [
      'directives and nulls do not survive where nothing was',
      {},
      {
        containers: [
          { name: 'a', image: null },
          { name: 'b', $patch: 'delete' },
        ],
        securityContext: { $retainKeys: ['x'], x: 1 },
      },
      { containers: [{ name: 'a' }], securityContext: { x: 1 } },
    ],
  ];
  for (const [name, current, patch, wanted] of cases) {
    test(name, () => expect(merge(current, patch)).toEqual(wanted));
  }

  test('primitive lists are sets', () => {
    const current = { ...pod({}), metadata: { name: 'p', finalizers: ['a', 'b'] } };
    const added = applyStrategicMerge(current, { metadata: { finalizers: ['c', 'a'] } }, 'v1', 'Pod');
    expect(new Set(added.metadata.finalizers)).toEqual(new Set(['a', 'b', 'c']));
    const patch = { metadata: { '$deleteFromPrimitiveList/finalizers': ['a'] } };
    expect(applyStrategicMerge(current, patch, 'v1', 'Pod').metadata.finalizers).toEqual(['b']);
  });

  test('a broken patch is refused', () => {
    expect(() => merge({ containers: [{ name: 'a' }] }, { containers: [{ image: 'x' }] })).toThrow(
      'map: map[image:x] does not contain declared merge key: name',
    );
    expect(() => merge({ a: 1 }, { $patch: 'explode' })).toThrow('unknown patch type: explode');
    expect(() =>
      merge({ volumes: [{ name: 'v' }] }, { volumes: [{ name: 'v', $retainKeys: ['name'], nfs: {} }] }),
    ).toThrow('invalid patch format of retainKeys');
    expect(() =>
      merge(
        { containers: [{ name: 'a' }, { name: 'b' }] },
        {
          '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }],
          containers: [
            { name: 'b', x: 1 },
            { name: 'a', x: 1 },
          ],
        },
      ),
    ).toThrow("doesn't match $setElementOrder list");
  });

  test('arguments are not changed', () => {
    const current = pod({ containers: [{ name: 'a', env: [{ name: 'X', value: '1' }] }] });
    const patch = { spec: { containers: [{ name: 'a', env: [{ name: 'X', $patch: 'delete' }] }] } };
    const before = structuredClone([current, patch]);
    applyStrategicMerge(current, patch, 'v1', 'Pod');
    expect([current, patch]).toEqual(before);
  });
});

describe('threeWayStrategicPatch', () => {
  const deployment = (containers: unknown[], more: Record<string, unknown> = {}): KubeObject => ({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'd' },
    spec: { ...more, template: { spec: { containers } } },
  });
  const diff = (original: object, modified: object, current: object): Record<string, unknown> =>
    threeWayStrategicPatch(
      original as Record<string, unknown>,
      modified as Record<string, unknown>,
      current as Record<string, unknown>,
      'apps/v1',
      'Deployment',
    );

  describe('is what kubectl 1.32 sent', () => {
    const recorded = JSON.parse(
      readFileSync(new URL('../fixtures/api/kubectl-patches.json', import.meta.url), 'utf8'),
    ) as Record<string, { original: KubeObject; modified: KubeObject; live: KubeObject; patch: object }>;
    for (const [name, { original, modified, live, patch }] of Object.entries(recorded)) {
      test(name, () => {
        const { apiVersion, kind } = modified;
        expect(threeWayStrategicPatch(original as never, modified as never, live as never, apiVersion, kind)).toEqual(
          patch,
        );
      });
    }
  });

  test('nothing to do is an empty patch, defaults of the server notwithstanding', () => {
    const wanted = deployment([{ name: 'a', image: 'a:1' }]);
    const live = deployment([{ name: 'a', image: 'a:1', imagePullPolicy: 'Always' }], { replicas: 3 });
    expect(diff(wanted, wanted, live)).toEqual({});
  });

  test('an image change carries $setElementOrder', () => {
    const old = deployment([
      { name: 'a', image: 'a:1' },
      { name: 'b', image: 'b:1' },
    ]);
    const wanted = deployment([
      { name: 'a', image: 'a:2' },
      { name: 'b', image: 'b:1' },
    ]);
    expect(diff(old, wanted, old)).toEqual({
      spec: {
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }],
            containers: [{ image: 'a:2', name: 'a' }],
          },
        },
      },
    });
  });

  test('what only the last apply had is deleted, what only the server has stays', () => {
    const old = deployment(
      [
        {
          name: 'a',
          env: [
            { name: 'X', value: '1' },
            { name: 'Y', value: '1' },
          ],
        },
      ],
      { paused: true },
    );
    const wanted = deployment([{ name: 'a', env: [{ name: 'Y', value: '2' }] }]);
    const live = deployment(
      [
        {
          name: 'a',
          env: [
            { name: 'X', value: '1' },
            { name: 'Y', value: '1' },
          ],
        },
        { name: 'injected' },
      ],
      { paused: true, replicas: 2 },
    );
    const patch = diff(old, wanted, live);
    expect(patch).toEqual({
      spec: {
        paused: null,
        template: {
          spec: {
            '$setElementOrder/containers': [{ name: 'a' }],
            containers: [
              {
                name: 'a',
                '$setElementOrder/env': [{ name: 'Y' }],
                env: [
                  { name: 'Y', value: '2' },
                  { name: 'X', $patch: 'delete' },
                ],
              },
            ],
          },
        },
      },
    });
    const result = applyStrategicMerge(live, patch, 'apps/v1', 'Deployment');
    expect(result.spec).toEqual({
      replicas: 2,
      template: { spec: { containers: [{ name: 'a', env: [{ name: 'Y', value: '2' }] }, { name: 'injected' }] } },
    });
  });

  test('a change of the strategy sends $retainKeys', () => {
    const live = deployment([], { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } } });
    const wanted = deployment([], { strategy: { type: 'Recreate' } });
    const patch = diff({}, wanted, live);
    expect(patch).toEqual({ spec: { strategy: { $retainKeys: ['type'], type: 'Recreate' } } });
    expect(applyStrategicMerge(live, patch, 'apps/v1', 'Deployment').spec.strategy).toEqual({ type: 'Recreate' });
  });

  test('random edits: the patch brings the live object to what is wanted and then has nothing to do', () => {
    let seed = 7;
    const random = (n: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % n;
    };
    const container = (name: string): Record<string, unknown> => ({
      name,
      image: `i:${random(3)}`,
      ...(random(2)
        ? { env: ['A', 'B', 'C'].filter(() => random(2)).map((env) => ({ name: env, value: `${random(3)}` })) }
        : {}),
      ...(random(2) ? { args: ['x', 'y'].slice(random(2)) } : {}),
    });
    const make = (): KubeObject => {
      const names = ['a', 'b', 'c', 'd'].filter(() => random(2));
      if (random(2)) names.reverse();
      const object = deployment(names.map(container), random(2) ? { replicas: random(3) } : {});
      if (random(2)) object.metadata.finalizers = ['f', 'g', 'h'].filter(() => random(2));
      return object;
    };
    for (let round = 0; round < 300; round++) {
      const [original, modified] = [make(), make()];
      const result = applyStrategicMerge(original, diff(original, modified, original), 'apps/v1', 'Deployment');
      const tidy = (object: KubeObject): unknown =>
        JSON.parse(
          JSON.stringify(object, (_, value) => (Array.isArray(value) && value.length === 0 ? undefined : value)),
        );
      expect(tidy(result)).toEqual(tidy(modified));
      expect(diff(modified, modified, result)).toEqual({});
    }
  });
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { applyDefaults } from '../../src/api/defaults.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import {
  type ApplyRequest,
  applyServerSide,
  type StructuralSchema,
  trackUpdate,
} from '../../src/api/server-side-apply.ts';
import { ApiStatusError } from '../../src/api/status.ts';

interface Exchange {
  path: string;
  status: number;
  request: KubeObject;
  body: KubeObject;
}
const exchanges = JSON.parse(
  readFileSync(new URL('../fixtures/api/exchanges.json', import.meta.url), 'utf8'),
) as Record<string, Exchange[]>;

const t1 = '2026-01-01T00:00:01Z';
const t2 = '2026-01-01T00:00:02Z';
const t3 = '2026-01-01T00:00:03Z';

const configMap = (data?: Record<string, string>, labels?: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'a', ...(labels ? { labels } : {}) },
  ...(data ? { data } : {}),
});
const apply = (live: KubeObject | undefined, applied: KubeObject, manager: string, more: Partial<ApplyRequest> = {}) =>
  applyServerSide({ live, applied, manager, now: t1, ...more });

function statusOf(action: () => unknown): ApiStatusError['status'] {
  try {
    action();
  } catch (error) {
    if (error instanceof ApiStatusError) return error.status;
    throw error;
  }
  throw new Error('did not fail');
}

test('gives what a server gave for each apply of the recording', () => {
  let live: KubeObject | undefined;
  let checked = 0;
  for (const { path, status, request, body } of exchanges['apply patch, conflict, force']!) {
    const query = new URL(path, 'http://x').searchParams;
    const manager = query.get('fieldManager');
    if (!manager) continue;
    const act = () => apply(live, request, manager, { force: query.get('force') === 'true' });
    if (status === 409) expect(statusOf(act)).toEqual(body);
    else {
      live = act();
      expect(live.data).toEqual(body.data);
    }
    checked++;
  }
  expect(checked).toBe(4);
});

describe('ownership', () => {
  test('an applier owns exactly what it says', () => {
    const object = apply(undefined, configMap({ k: '1' }, { app: 'x' }), 'one');
    expect(object.metadata.managedFields).toEqual([
      {
        manager: 'one',
        operation: 'Apply',
        apiVersion: 'v1',
        time: t1,
        fieldsType: 'FieldsV1',
        fieldsV1: { 'f:data': { 'f:k': {} }, 'f:metadata': { 'f:labels': { 'f:app': {} } } },
      },
    ]);
  });

  test('applying the same again changes nothing, time included', () => {
    const once = apply(undefined, configMap({ k: '1' }), 'one');
    expect(apply(once, configMap({ k: '1' }), 'one', { now: t2 })).toEqual(once);
  });

  test('the same value may have two owners, and stays until both let go', () => {
    const shared = apply(apply(undefined, configMap({ k: '1', o: 'x' }), 'one'), configMap({ k: '1' }), 'two', {
      now: t2,
    });
    // Who changes nothing has no time, and stands in front of those who have.
    expect(shared.metadata.managedFields!.map(({ manager, time }) => ({ manager, time }))).toEqual([
      { manager: 'two', time: undefined },
      { manager: 'one', time: t1 },
    ]);
    const less = apply(shared, configMap({ o: 'x' }), 'one', { now: t3 });
    expect(less.data).toEqual({ k: '1', o: 'x' });
    expect(apply(less, configMap(), 'two', { now: t3 }).data).toEqual({ o: 'x' });
  });

  test('forcing takes a field over', () => {
    const taken = apply(apply(undefined, configMap({ k: '1', o: 'x' }), 'one'), configMap({ k: '2' }), 'two', {
      force: true,
    });
    expect(taken.data).toEqual({ k: '2', o: 'x' });
    expect(taken.metadata.managedFields!.map((entry) => entry.fieldsV1)).toEqual([
      { 'f:data': { 'f:o': {} } },
      { 'f:data': { 'f:k': {} } },
    ]);
  });

  test('a conflict with an updater names its version; several are listed by manager', () => {
    const live = configMap({ k: '1', l: '1' });
    live.metadata.managedFields = trackUpdate({ before: undefined, after: live, manager: 'edit', now: t1 });
    expect(statusOf(() => apply(live, configMap({ k: '2' }), 'one')).message).toBe(
      'Apply failed with 1 conflict: conflict with "edit" using v1: .data.k',
    );
    expect(statusOf(() => apply(live, configMap({ k: '2', l: '2' }), 'one')).message).toBe(
      'Apply failed with 2 conflicts: conflicts with "edit" using v1:\n- .data.k\n- .data.l',
    );
  });

  test('arguments are not changed', () => {
    const live = apply(undefined, configMap({ k: '1' }), 'one');
    const applied = configMap({ k: '2' });
    const before = structuredClone([live, applied]);
    apply(live, applied, 'two', { force: true });
    apply(live, applied, 'one');
    expect([live, applied]).toEqual(before);
  });
});

const deployment = (containers: unknown[], more: Record<string, unknown> = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'd' },
  spec: {
    selector: { matchLabels: { app: 'd' } },
    ...more,
    template: { metadata: { labels: { app: 'd' } }, spec: { containers } },
  },
});

describe('lists', () => {
  const pod = (spec: Record<string, unknown>): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec,
  });

  test('items are merged by their keys, protocol by its default', () => {
    const live = apply(
      undefined,
      pod({ containers: [{ name: 'a', image: 'x', ports: [{ containerPort: 53 }] }] }),
      'one',
    );
    const ports = [
      { containerPort: 53, protocol: 'TCP', name: 'dns-tcp' },
      { containerPort: 53, protocol: 'UDP' },
    ];
    const merged = apply(live, pod({ containers: [{ name: 'a', ports }] }), 'two');
    expect(merged.spec.containers).toEqual([
      {
        name: 'a',
        image: 'x',
        ports: [
          { containerPort: 53, protocol: 'TCP', name: 'dns-tcp' },
          { containerPort: 53, protocol: 'UDP' },
        ],
      },
    ]);
    expect(JSON.stringify(merged.metadata.managedFields![1]!.fieldsV1)).toContain(
      String.raw`"k:{\"containerPort\":53,\"protocol\":\"UDP\"}":{".":{},"f:containerPort":{},"f:protocol":{}}`,
    );
  });

  test("an item goes with its applier, others' items stay in place", () => {
    const one = apply(
      undefined,
      pod({
        containers: [
          { name: 'a', image: 'x' },
          { name: 'b', image: 'x' },
        ],
      }),
      'one',
    );
    const two = apply(one, pod({ containers: [{ name: 'side', image: 'y' }] }), 'two');
    expect(two.spec.containers.map((c: { name: string }) => c.name).sort()).toEqual(['a', 'b', 'side']);
    const less = apply(two, pod({ containers: [{ name: 'b', image: 'x' }] }), 'one');
    expect(less.spec.containers.map((c: { name: string }) => c.name).sort()).toEqual(['b', 'side']);
  });

  test('the order of the applied list wins', () => {
    const one = apply(undefined, pod({ containers: [{ name: 'a' }, { name: 'b' }] }), 'one');
    const turned = apply(one, pod({ containers: [{ name: 'b' }, { name: 'a' }] }), 'one');
    expect(turned.spec.containers).toEqual([{ name: 'b' }, { name: 'a' }]);
  });

  test('atomic lists and structs are taken as one', () => {
    const one = apply(undefined, pod({ tolerations: [{ key: 'a' }], nodeSelector: { x: '1' } }), 'one');
    expect(one.metadata.managedFields![0]!.fieldsV1).toEqual({
      'f:spec': { 'f:nodeSelector': {}, 'f:tolerations': {} },
    });
    const status = statusOf(() => apply(one, pod({ nodeSelector: { y: '1' } }), 'two'));
    expect(status.details!.causes).toEqual([
      { reason: 'FieldManagerConflict', message: 'conflict with "one"', field: '.spec.nodeSelector' },
    ]);
  });

  test('sets are owned by value', () => {
    const object = configMap();
    object.metadata.finalizers = ['x/a'];
    const one = apply(undefined, object, 'one');
    const other = configMap();
    other.metadata.finalizers = ['x/b'];
    const two = apply(one, other, 'two');
    expect(new Set(two.metadata.finalizers)).toEqual(new Set(['x/a', 'x/b']));
    expect(two.metadata.managedFields![1]!.fieldsV1).toEqual({ 'f:metadata': { 'f:finalizers': { 'v:"x/b"': {} } } });
    expect(apply(two, configMap(), 'one').metadata.finalizers).toEqual(['x/b']);
  });

  test('a conflict in a keyed list names the item', () => {
    const one = apply(undefined, deployment([{ name: 'c', image: 'x' }]), 'one');
    expect(statusOf(() => apply(one, deployment([{ name: 'c', image: 'y' }]), 'two')).message).toBe(
      'Apply failed with 1 conflict: conflict with "one": .spec.template.spec.containers[name="c"].image',
    );
  });
});

describe('trackUpdate', () => {
  test('a create owns fields, with marks where optional structs and maps began', () => {
    const created = deployment([{ name: 'nginx', image: 'nginx' }]);
    created.metadata.labels = { app: 'd' };
    applyDefaults(created);
    const [entry, ...rest] = trackUpdate({ before: undefined, after: created, manager: 'kubectl-create', now: t1 });
    expect(rest).toEqual([]);
    expect(entry).toMatchObject({ manager: 'kubectl-create', operation: 'Update', apiVersion: 'apps/v1', time: t1 });
    const labels = { 'f:labels': { '.': {}, 'f:app': {} } };
    expect(entry!.fieldsV1).toEqual({
      'f:metadata': labels,
      'f:spec': {
        'f:progressDeadlineSeconds': {},
        'f:replicas': {},
        'f:revisionHistoryLimit': {},
        'f:selector': {},
        'f:strategy': { 'f:rollingUpdate': { '.': {}, 'f:maxSurge': {}, 'f:maxUnavailable': {} }, 'f:type': {} },
        'f:template': {
          'f:metadata': labels,
          'f:spec': {
            'f:containers': {
              'k:{"name":"nginx"}': {
                '.': {},
                'f:image': {},
                'f:imagePullPolicy': {},
                'f:name': {},
                'f:resources': {},
                'f:terminationMessagePath': {},
                'f:terminationMessagePolicy': {},
              },
            },
            'f:dnsPolicy': {},
            'f:restartPolicy': {},
            'f:schedulerName': {},
            'f:securityContext': {},
            'f:terminationGracePeriodSeconds': {},
          },
        },
      },
    });
  });

  test('who changes a field takes it from who applied it; who removes it owns nothing', () => {
    const live = apply(undefined, configMap({ k: '1', l: '1', m: '1' }), 'one');
    const after = { ...live, data: { k: '2', l: '1' } };
    const entries = trackUpdate({ before: live, after, manager: 'edit', now: t2 });
    expect(entries.map(({ manager, operation, time, fieldsV1 }) => ({ manager, operation, time, fieldsV1 }))).toEqual([
      { manager: 'one', operation: 'Apply', time: t1, fieldsV1: { 'f:data': { 'f:l': {} } } },
      { manager: 'edit', operation: 'Update', time: t2, fieldsV1: { 'f:data': { 'f:k': {} } } },
    ]);
    expect(
      trackUpdate({
        before: { ...after, metadata: { ...after.metadata, managedFields: entries } },
        after,
        manager: 'edit',
        now: t3,
      }),
    ).toEqual(after.metadata.managedFields);
  });

  test('status belongs to the status subresource', () => {
    const before = apply(undefined, deployment([{ name: 'c', image: 'x' }]), 'one');
    const after = { ...before, status: { replicas: 1, conditions: [{ type: 'Available', status: 'True' }] } };
    expect(trackUpdate({ before, after, manager: 'm', now: t1 })).toEqual(before.metadata.managedFields);
    const [, entry] = trackUpdate({ before, after, manager: 'm', now: t1, subresource: 'status' });
    expect(entry).toMatchObject({ subresource: 'status' });
    expect(entry!.fieldsV1).toEqual({
      'f:status': {
        'f:conditions': {
          '.': {},
          'k:{"type":"Available"}': {
            '.': {},
            'f:lastTransitionTime': {},
            'f:lastUpdateTime': {},
            'f:status': {},
            'f:type': {},
          },
        },
        'f:replicas': {},
      },
    });
  });

  test('an empty list clears the entries', () => {
    const live = apply(undefined, configMap({ k: '1' }), 'one');
    for (const managedFields of [[], [{}]]) {
      const after = { ...live, metadata: { ...live.metadata, managedFields } };
      expect(trackUpdate({ before: live, after, manager: 'x', now: t2 })).toEqual([]);
    }
  });

  test('of many updaters the oldest become one', () => {
    let live: KubeObject | undefined;
    for (let n = 10; n < 26; n++) {
      const after = { ...(live ?? configMap()), data: { ...live?.data, [`k${n}`]: '1' } };
      const now = `2026-01-01T00:00:${n}Z`;
      const managedFields = trackUpdate({ before: live, after, manager: `m${n}`, now });
      live = { ...after, metadata: { ...after.metadata, managedFields } };
    }
    const names = live!.metadata.managedFields!.map((entry) => entry.manager);
    expect(names).toEqual(['ancient-changes', ...[17, 18, 19, 20, 21, 22, 23, 24, 25].map((n) => `m${n}`)]);
    expect(Object.keys(live!.metadata.managedFields![0]!.fieldsV1!['f:data'] as object)).toHaveLength(8); // `f:data` itself and seven keys
  });
});

describe('custom kinds', () => {
  const widget = (spec: unknown): KubeObject => ({
    apiVersion: 'example.com/v1',
    kind: 'Widget',
    metadata: { name: 'w', labels: { a: '1' } },
    spec,
  });

  test('without a schema lists are one value and maps are open', () => {
    const live = apply(undefined, widget({ parts: [{ name: 'a' }], deep: { x: 1 } }), 'one');
    expect(live.metadata.managedFields![0]!.fieldsV1).toEqual({
      'f:metadata': { 'f:labels': { 'f:a': {} } },
      'f:spec': { '.': {}, 'f:deep': { '.': {}, 'f:x': {} }, 'f:parts': {} },
    });
    expect(statusOf(() => apply(live, widget({ parts: [{ name: 'b' }] }), 'two')).details!.causes![0]!.field).toBe(
      '.spec.parts',
    );
    expect(apply(live, widget({ deep: { y: 2 } }), 'two').spec).toEqual({
      parts: [{ name: 'a' }],
      deep: { x: 1, y: 2 },
    });
  });

  test('a structural schema with list types is followed', () => {
    const schema: StructuralSchema = {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          properties: {
            parts: {
              type: 'array',
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['name'],
              items: { type: 'object', properties: { name: { type: 'string' }, size: { type: 'integer' } } },
            },
            tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
            whole: { type: 'object', 'x-kubernetes-map-type': 'atomic', additionalProperties: { type: 'string' } },
          },
        },
      },
    };
    const first = widget({ parts: [{ name: 'a', size: 1 }], tags: ['x'], whole: { p: '1' } });
    const live = apply(undefined, first, 'one', { schema });
    const merged = apply(live, widget({ parts: [{ name: 'b' }], tags: ['y'] }), 'two', { schema });
    expect(merged.spec.parts).toEqual(expect.arrayContaining([{ name: 'a', size: 1 }, { name: 'b' }]));
    expect(new Set(merged.spec.tags)).toEqual(new Set(['x', 'y']));
    expect(merged.metadata.managedFields![0]!.fieldsV1!['f:spec']).toEqual({
      'f:parts': { 'k:{"name":"a"}': { '.': {}, 'f:name': {}, 'f:size': {} } },
      'f:tags': { 'v:"x"': {} },
      'f:whole': {},
    });
    expect(apply(merged, widget({}), 'one', { schema }).spec).toEqual({ parts: [{ name: 'b' }], tags: ['y'] });
  });
});

test('random appliers: each field that somebody applies is there, and letting go of all of them leaves nothing', () => {
  let seed = 11;
  const random = (n: number): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return (seed >> 8) % n;
  };
  const make = (): KubeObject =>
    deployment(
      ['a', 'b', 'c']
        .filter((name) => name === 'a' || random(2))
        .map((name) => ({
          name,
          ...(random(2) ? { image: `i${random(2)}` } : {}),
          env: ['X', 'Y'].filter(() => random(2)).map((env) => ({ name: env, value: `${random(2)}` })),
        })),
      random(2) ? { replicas: random(3) } : {},
    );
  for (let round = 0; round < 100; round++) {
    const latest = new Map<string, KubeObject>();
    let live: KubeObject | undefined;
    for (let step = 0; step < 8; step++) {
      const manager = `m${random(3)}`;
      const applied = make();
      live = apply(live, applied, manager, { force: true });
      latest.set(manager, applied);
      for (const wanted of applied.spec.template.spec.containers) {
        const found = live.spec.template.spec.containers.find((c: { name: string }) => c.name === wanted.name);
        expect(found.image ?? null).toBe(wanted.image ?? found.image ?? null);
        for (const env of wanted.env) expect(found.env).toContainEqual(env);
      }
      const names = new Set(
        [...latest.values()].flatMap((o) => o.spec.template.spec.containers.map((c: { name: string }) => c.name)),
      );
      for (const { name } of live.spec.template.spec.containers) expect(names).toContain(name);
      expect(apply(live, applied, manager, { force: true, now: t3 })).toEqual(live);
    }
    const bare = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'd' } };
    for (const manager of latest.keys()) live = apply(live, bare, manager);
    expect(live!.spec).toBeUndefined();
    expect(live!.metadata.managedFields).toBeUndefined();
  }
});

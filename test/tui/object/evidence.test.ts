import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { usesOf, waysOfUse } from '../../../src/api/uses.ts';
import { deletionEvidence, namedObject, ownEvidence } from '../../../src/tui/views/object/evidence.ts';
import { asApplied, lastApplied } from '../../../src/tui/views/object/last-applied.ts';
import { momentsOf } from '../../../src/tui/views/object/moments.ts';
import { serviceEvidence } from '../../../src/tui/views/object/network-path.ts';
import { withoutSecrets } from '../../../src/tui/views/object/secret-text.ts';
import { diffParts, sideBySideLines, unifiedLines } from '../../../src/tui/views/object/text-diff.ts';
import { reportEvidence } from '../../../src/tui/views/object/why-report.ts';

const object = (kind: string, name: string, rest: object = {}, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'shop', uid: name, ...metadata },
  ...rest,
});

const pod = (name: string, labels: Record<string, string>, ready = true, ports: object[] = []) =>
  object(
    'Pod',
    name,
    {
      spec: { containers: [{ name: 'app', ports }] },
      status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
    },
    { labels },
  );

const service = (selector: Record<string, string>, ports: object[] = [{ port: 80, targetPort: 8080 }]) =>
  object('Service', 'web', { spec: { selector, ports } });

const slice = (ready: boolean[]) =>
  object(
    'EndpointSlice',
    'web-1',
    { endpoints: ready.map((one) => ({ addresses: ['10.0.0.1'], conditions: { ready: one } })) },
    { labels: { 'kubernetes.io/service-name': 'web' } },
  );

describe('the way to a service', () => {
  const texts = (...of: Parameters<typeof serviceEvidence>) =>
    serviceEvidence(...of).map(({ level, text }) => `${level} ${text}`);

  test('a selector that nobody has names who nearly has it', () => {
    const found = serviceEvidence(service({ app: 'webb' }), {
      pods: [pod('web-1', { app: 'web' })],
      slices: [],
      policies: [],
    });
    expect(found[0]).toMatchObject({ level: 'bad', text: 'no pod has the labels that it selects by: app=webb' });
    expect(found[1]).toMatchObject({ guess: true, ref: { kind: 'pods', name: 'web-1' } });
    expect(found[1]!.text).toContain('pod web-1 has app=web');
  });

  test('pods that are not ready, ports that nobody has, and slices behind are told', () => {
    const pods = [
      pod('web-1', { app: 'web' }, true, [{ name: 'http', containerPort: 8080 }]),
      pod('web-2', { app: 'web' }, false),
    ];
    expect(
      texts(service({ app: 'web' }, [{ port: 80, targetPort: 'metrics' }]), {
        pods,
        slices: [slice([false])],
        policies: [],
      }),
    ).toEqual([
      'warn 1 of 2 pods with app=web are ready',
      'bad pod web-2 is not ready: Running',
      'bad its port 80 leads to container port "metrics", which no container has',
      'bad its endpoint slices have no ready address: whoever asks it is refused',
    ]);
    expect(texts(service({ app: 'web' }), { pods: [pods[0]!], slices: [slice([true])], policies: [] })).toEqual([
      'ok 1 of 1 pods with app=web are ready',
      'ok its endpoint slices have 1 ready address',
    ]);
  });

  test('policies: what closes a port, what limits who may ask, and what does not concern it', () => {
    const pods = [pod('web-1', { app: 'web' })];
    const policy = (name: string, spec: object) => object('NetworkPolicy', name, { spec });
    const way = (...policies: KubeObject[]) =>
      texts(service({ app: 'web' }), { pods, slices: [slice([true])], policies }).slice(2);
    expect(way(policy('deny', { podSelector: {}, ingress: [] }))).toEqual(['bad network policy deny lets nothing in']);
    expect(way(policy('other', { podSelector: { matchLabels: { app: 'api' } } }))).toEqual([]);
    expect(way(policy('out', { podSelector: {}, policyTypes: ['Egress'] }))).toEqual([]);
    expect(way(policy('ports', { podSelector: {}, ingress: [{ ports: [{ port: 9090 }] }] }))).toEqual([
      'bad network policy ports lets nothing in to port 80',
    ]);
    expect(way(policy('range', { podSelector: {}, ingress: [{ ports: [{ port: 8000, endPort: 8100 }] }] }))).toEqual([
      'ok network policy range lets requests in',
    ]);
    const from = [{ podSelector: { matchLabels: { app: 'front' } } }];
    expect(way(policy('some', { podSelector: {}, ingress: [{ from }] }))).toEqual([
      'warn network policy some lets requests in from app=front only',
    ]);
    // One policy that lets in is enough: what is allowed adds up.
    expect(
      way(policy('deny', { podSelector: {}, ingress: [] }), policy('open', { podSelector: {}, ingress: [{}] }))[1],
    ).toBe('ok network policy open lets requests in');
  });
});

describe('what happened', () => {
  test('is told newest first, once, with its evidence', () => {
    const at = (seconds: number) => new Date(seconds * 1000).toISOString();
    const base = {
      creationTimestamp: at(10),
      resourceVersion: '1',
      managedFields: [
        { manager: 'kubectl', operation: 'Apply' as const, time: at(12), fieldsV1: { 'f:spec': { 'f:replicas': {} } } },
      ],
    };
    const first = object(
      'Deployment',
      'web',
      {
        spec: { replicas: 1 },
        status: { conditions: [{ type: 'Available', status: 'False', reason: 'No', lastTransitionTime: at(20) }] },
      },
      base,
    );
    const second = { ...first, metadata: { ...first.metadata, resourceVersion: '2' }, spec: { replicas: 3 } };
    const event = object('Event', 'e', {
      type: 'Warning',
      reason: 'Failed',
      message: 'no\nway',
      count: 4,
      lastTimestamp: at(30),
      involvedObject: {},
    });
    const told = momentsOf(
      {
        versions: [
          { at: 15_000, object: first },
          { at: 40_000, object: second },
        ],
        goneAt: 50_000,
        state: { phase: 'synced', since: 0 },
      },
      [event],
    );
    expect(told.map(({ at: when, evidence, what }) => `${when / 1000} ${evidence}: ${what}`)).toEqual([
      '50 watch: Gone',
      '40 watch: spec.replicas 1 → 3 (kubectl)',
      '30 event: Failed: no\nway (4 times)',
      '20 condition: Available became False, No',
      '12 managed fields: kubectl applied spec.replicas',
      '10 metadata: Created',
    ]);
    expect(told[2]).toMatchObject({ level: 'warn', event });
  });

  test('values of secrets are not told', () => {
    const secret = (value: string, version: string) =>
      object('Secret', 's', { data: { password: value } }, { resourceVersion: version });
    const [told] = momentsOf(
      {
        versions: [
          { at: 1, object: secret('aHVudGVyMg==', '1') },
          { at: 2, object: secret('c2VjcmV0', '2') },
        ],
        goneAt: undefined,
        state: { phase: 'synced', since: 0 },
      },
      [],
    );
    expect(told!.what).toContain('data.password');
    expect(told!.what).not.toMatch(/aHVudGVyMg|c2VjcmV0|hunter2/);
  });

  test('containers that ended say how', () => {
    const state = {
      terminated: {
        exitCode: 137,
        reason: 'OOMKilled',
        startedAt: '2026-01-01T00:00:00Z',
        finishedAt: '2026-01-01T00:01:00Z',
      },
    };
    const dead = object('Pod', 'p', { status: { containerStatuses: [{ name: 'app', lastState: state }] } });
    const [ended, started] = momentsOf(
      { versions: [{ at: 1, object: dead }], goneAt: undefined, state: { phase: 'synced', since: 0 } },
      [],
    );
    expect(ended).toMatchObject({ what: 'Container app ended: OOMKilled, exit code 137', level: 'bad' });
    expect(started!.what).toBe('Container app started');
  });
});

describe('differences', () => {
  test('unified and side by side show the same, and fold what is far', () => {
    const before = Array.from({ length: 30 }, (_, index) => `line ${index}`);
    const after = before.with(15, '다른 줄').toSpliced(20, 1);
    const parts = diffParts(before, after)!;
    const texts = unifiedLines(parts).map((one) => (typeof one === 'string' ? one : one.text));
    expect(texts).toContain('- line 15');
    expect(texts).toContain('+ 다른 줄');
    expect(texts).toContain('- line 20');
    expect(texts[0]).toBe('  ⋯ 12 equal lines');
    const sides = sideBySideLines(parts, 43).map((one) => (typeof one === 'string' ? one : one.text));
    expect(sides.find((one) => one.includes('다른'))).toBe('- line 15            │ + 다른 줄           ');
    expect(sides.find((one) => one.includes('line 20'))).toMatch(/^- line 20 +│ +$/);
  });

  test('against what was applied: defaults are none, what others set is one', () => {
    const manifest = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', annotations: {} },
      data: { a: '1', b: '2' },
    };
    const live = object(
      'ConfigMap',
      'c',
      { data: { a: '1', extra: 'x', defaulted: 'y' } },
      {
        annotations: { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(manifest) },
        managedFields: [
          {
            manager: 'kubectl-client-side-apply',
            operation: 'Update',
            fieldsV1: { 'f:data': { 'f:a': {}, 'f:defaulted': {} } },
          },
          { manager: 'kubectl-patch', operation: 'Update', fieldsV1: { 'f:data': { 'f:extra': {} } } },
        ],
      },
    );
    const applied = lastApplied(live)!;
    expect(asApplied(live, applied)).toEqual({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', annotations: {} },
      data: { a: '1', extra: 'x' },
    });
    expect(
      lastApplied(
        object(
          'ConfigMap',
          'c',
          {},
          { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'no json' } },
        ),
      ),
    ).toBeUndefined();
  });
});

test('secrets are hidden wherever they have values, and a change of one shows', () => {
  const secret = (value: string) =>
    object(
      'Secret',
      's',
      { data: { password: value } },
      { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":"hunter2"}', other: 'stays' } },
    );
  const text = (value: string) => JSON.stringify(withoutSecrets(secret(value)));
  expect(text('aHVudGVyMg==')).not.toMatch(/hunter2|aHVudGVyMg/);
  expect(text('aHVudGVyMg==')).toContain('hidden, 7 bytes');
  expect(text('aHVudGVyMg==')).toContain('stays');
  expect(text('aHVudGVyMg==')).not.toBe(text('aHVudGVyMw=='));
  expect(text('aHVudGVyMg==')).toBe(text('aHVudGVyMg=='));
});

test('an object that cannot go says what keeps it; one that ails, what it says', () => {
  expect(
    deletionEvidence(
      object(
        'PersistentVolumeClaim',
        'c',
        {},
        { deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['kubernetes.io/pvc-protection'] },
      ),
    )[0]!.text,
  ).toContain('waits for kubernetes.io/pvc-protection');
  const node = object('Node', 'n', {
    status: {
      conditions: [
        { type: 'Ready', status: 'True' },
        { type: 'MemoryPressure', status: 'True', reason: 'Low' },
      ],
    },
  });
  expect(ownEvidence(node, []).map(({ text }) => text)).toEqual(['its condition MemoryPressure is True: Low']);
});

test('the report of why becomes a chain with places to go to', () => {
  const chain = reportEvidence({
    subject: 'deployment shop/web',
    pod: 'pod shop/web-1',
    status: 'CreateContainerConfigError',
    facts: [{ level: 'bad', text: 'secret "tokens" is missing', next: 'make it' }],
    missing: ['nodes'],
  });
  expect(chain[0]).toMatchObject({ level: 'bad', ref: { kind: 'pods', name: 'web-1' } });
  expect(chain[1]).toMatchObject({ depth: 1, ref: { kind: 'secrets', name: 'tokens' }, next: 'make it' });
  expect(chain[2]!.text).toContain('nodes');
  expect(namedObject('all is well')).toBeUndefined();
});

test('who uses what, and how', () => {
  const spec = {
    serviceAccountName: 'robot',
    priorityClassName: 'high',
    imagePullSecrets: [{ name: 'pull' }],
    containers: [
      {
        name: 'app',
        env: [{ name: 'KEY', valueFrom: { secretKeyRef: { name: 'tokens', key: 'k' } } }],
        envFrom: [{ configMapRef: { name: 'settings' } }],
      },
    ],
    volumes: [
      { name: 'data', persistentVolumeClaim: { claimName: 'disk' } },
      { name: 'all', projected: { sources: [{ secret: { name: 'tokens' } }] } },
    ],
  };
  const user = object('Deployment', 'web', { spec: { template: { spec } } });
  const ways = (kind: string, name: string) => waysOfUse(user, { kind, namespace: 'shop', name });
  expect(ways('Secret', 'tokens')).toEqual(['env KEY of app', 'volume all']);
  expect(ways('ConfigMap', 'settings')).toEqual(['all variables of app']);
  expect(ways('PersistentVolumeClaim', 'disk')).toEqual(['volume data']);
  expect(ways('ServiceAccount', 'robot')).toEqual(['runs as it']);
  expect(ways('Secret', 'pull')).toEqual(['pulls images with it']);
  expect(waysOfUse(user, { kind: 'PriorityClass', namespace: undefined, name: 'high' })).toEqual(['priority']);
  expect(waysOfUse(user, { kind: 'Secret', namespace: 'other', name: 'tokens' })).toEqual([]);
  const binding = object(
    'ClusterRoleBinding',
    'b',
    {
      roleRef: { kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'shop' }],
    },
    { namespace: undefined },
  );
  expect(usesOf(binding).map(({ how }) => how)).toEqual(['grants it', 'grants cluster role view everywhere']);
});

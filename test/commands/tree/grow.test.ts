import { describe, expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { ResourceInfo } from '../../../src/api/resource.ts';
import { findBuiltinKind } from '../../../src/api/resources.ts';
import { addReferences, grow, nodesOf, type TreeNode, topmost } from '../../../src/commands/tree/grow.ts';
import { treeRows } from '../../../src/commands/tree/lines.ts';
import { indexOwnership, type KnownObject } from '../../../src/kube/ownership.ts';

const resource = (apiVersion: string, kind: string): ResourceInfo => findBuiltinKind(apiVersion, kind)!;

function known(apiVersion: string, kind: string, name: string, ...owners: string[]): KnownObject {
  const ownerReferences = owners.map((uid) => ({ apiVersion: 'v1', kind: 'X', name: uid, uid, controller: true }));
  const creationTimestamp = '2026-01-01T00:00:00Z';
  return {
    resource: resource(apiVersion, kind),
    metadata: { name, namespace: 'shop', uid: name, creationTimestamp, ...(owners.length > 0 && { ownerReferences }) },
  };
}

const web = known('apps/v1', 'Deployment', 'web');
const set = known('apps/v1', 'ReplicaSet', 'web-1', 'web');
const objects = [
  known('v1', 'Pod', 'pod-10', 'web-1'),
  known('v1', 'Pod', 'pod-9', 'web-1'),
  set,
  web,
  known('v1', 'ConfigMap', 'shared', 'web', 'web-1'),
];

const now = Date.parse('2026-01-01T00:05:00Z');
const lines = (root: TreeNode, whole: ReadonlyMap<string, KubeObject> = new Map()) =>
  treeRows(root, whole, now).map(({ cells }) => cells[0]);

describe('ownership', () => {
  test('by type and name, numbers in their order; what has two owners is shown once', () => {
    expect(lines(grow(web, indexOwnership(objects)))).toEqual([
      'Deployment/web',
      '├─ConfigMap/shared',
      '└─ReplicaSet/web-1',
      '  ├─ConfigMap/shared (see above)',
      '  ├─Pod/pod-9',
      '  └─Pod/pod-10',
    ]);
  });

  test('a circle ends', () => {
    const [a, b] = [known('v1', 'Pod', 'a', 'b'), known('v1', 'Pod', 'b', 'a')];
    expect(lines(grow(a, indexOwnership([a, b])))).toEqual(['Pod/a', '└─Pod/b', '  └─Pod/a (see above)']);
    expect(topmost(a, indexOwnership([a, b])).metadata.name).toBe('b');
  });

  test('the topmost owner', () => {
    const ownership = indexOwnership(objects);
    expect(topmost(objects[0]!, ownership)).toBe(web);
    const orphan = known('v1', 'Pod', 'x', 'gone');
    expect(topmost(orphan, indexOwnership([orphan]))).toBe(orphan);
  });
});

test('references: used and pointing, missing, and once per branch', () => {
  const spec = {
    containers: [{ name: 'c', envFrom: [{ configMapRef: { name: 'settings' } }] }],
    volumes: [
      { name: 's', secret: { secretName: 'gone' } },
      { name: 'o', configMap: { name: 'maybe', optional: true } },
    ],
  };
  const template = { metadata: { labels: { app: 'web' } }, spec };
  const whole = new Map<string, KubeObject>([
    ['web', { apiVersion: 'apps/v1', kind: 'Deployment', metadata: web.metadata, spec: { template } }],
    ['web-1', { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata: set.metadata, spec: { template } }],
  ]);
  const service = known('v1', 'Service', 'front');
  const pointing = [
    {
      object: { apiVersion: 'v1', kind: 'Service', metadata: service.metadata, spec: { selector: { app: 'web' } } },
      known: service,
    },
    {
      object: { apiVersion: 'v1', kind: 'Service', metadata: { ...service.metadata, name: 'all' }, spec: {} },
      known: service,
    },
  ];
  const tree = grow(web, indexOwnership([web, set]));
  addReferences(tree, {
    whole,
    pointing,
    find: ({ kind, name }) => ({ object: known('v1', kind, name), isMissing: name !== 'settings' }),
  });
  expect(treeRows(tree, whole, now).map(({ cells }) => `${cells[0]} ${cells[2]}`)).toEqual([
    'Deployment/web Progressing',
    '├─← Service/front -',
    '├─→ ConfigMap/settings -',
    '├─→ Secret/gone Missing',
    '├─→ ConfigMap/maybe -',
    '└─ReplicaSet/web-1 -',
  ]);
  expect([...nodesOf(tree)]).toHaveLength(6);
});

import { afterEach, describe, expect, test } from 'vitest';
import { start } from '../fake-services.ts';
import type { TestScreen } from '../render-test.ts';
import {
  hostile,
  noneIsWider,
  type ObjectCluster,
  objectCluster,
  objectOf,
  pod,
  sizes,
  type,
} from './object-cluster.ts';

let screen: TestScreen | undefined;

afterEach(() => screen?.close());

async function open(cluster: ObjectCluster, cols = 80, rows = 24, depth: 'none' | '256' = '256'): Promise<TestScreen> {
  screen = await cluster.open(cols, rows, depth);
  return screen;
}

describe('timeline', () => {
  test.each(sizes)('at %i×%i tells the newest first with its evidence, and goes on', async (cols, rows) => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Pending'));
    cluster.put(
      'events',
      objectOf('Event', 'e1', {
        type: 'Warning',
        reason: 'Failed',
        message: hostile,
        lastTimestamp: new Date(start - 30_000).toISOString(),
        involvedObject: { uid: 'uid-shop-web-1' },
      }),
    );
    const s = await open(cluster, cols, rows);
    await s.press('shift-t');
    await s.waitFor(/> 30s +! event +Failed: /);
    expect(s.text()).toMatch(/60m +metadata +Created/);
    cluster.put('pods', pod('Running'));
    await s.waitFor(/> 0s +watch +status\.phase "Pending" → "Running"/);
    noneIsWider(s, cols);
    cluster.timing.advance(5000);
    await s.settle();
    expect(s.text()).toMatch(/> [56]s +watch/);
  });

  test('enter goes to the event, search keeps the rest', async () => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Pending'));
    cluster.put(
      'events',
      objectOf('Event', 'e1', {
        reason: 'Pulled',
        message: 'image',
        lastTimestamp: new Date(start).toISOString(),
        involvedObject: { uid: 'uid-shop-web-1' },
      }),
    );
    const s = await open(cluster, 80, 24, 'none');
    await s.press('shift-t');
    await s.waitFor('Pulled');
    await type(s, '/created');
    expect(s.text()).toContain('/created (1/1)');
    expect(s.text()).toMatch(/> 60m +metadata +Created/);
    expect(s.text()).toContain('Pulled: image');
    expect(s.hasColour()).toBe(false);
    await s.press('g', 'enter');
    expect(s.text()).toContain('events(shop · event/e1)');
    await s.press('esc');
    expect(s.text()).toContain('timeline(pods shop/web-1)');
  });
});

describe('why', () => {
  const report = {
    subject: 'pod shop/web-1',
    status: 'CrashLoopBackOff',
    facts: [
      { level: 'bad', text: 'secret "tokens" is missing', next: `make it: kctl create secret ${hostile}` },
      { level: 'warn', text: 'it may be that', guess: true },
    ],
  };

  test.each(sizes)('at %i×%i is a chain from the symptom to its cause, and along the network', async (cols, rows) => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Running', { metadata: { labels: { app: 'web' } } }));
    cluster.put('services', objectOf('Service', 'web', { spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } }));
    cluster.answers.set('why pods/web-1 -n shop -o json', { code: 0, stdout: JSON.stringify(report), stderr: '' });
    const s = await open(cluster, cols, rows);
    await s.press('shift-w');
    await s.waitFor('> x it is CrashLoopBackOff');
    expect(s.text()).toContain('└─x secret "tokens" is missing');
    expect(s.text()).toContain('→ make it: kctl create secret');
    expect(s.text()).toContain('└─! probably: it may be that');
    expect(s.text()).toContain('x service web leads to it');
    expect(s.text()).toContain('└─x it has no endpoint slice');
    noneIsWider(s, cols);
    await s.press('down', 'enter');
    expect(s.text()).toContain('secrets(shop · secret/tokens)');
  });

  test('an ingress leads to its services, and says which there is not', async () => {
    const cluster = objectCluster();
    const rules = [{ http: { paths: [{ path: '/', backend: { service: { name: 'gone' } } }] } }];
    cluster.put(
      'ingresses.networking.k8s.io',
      objectOf('Ingress', 'front', { apiVersion: 'networking.k8s.io/v1', spec: { ingressClassName: 'nginx', rules } }),
    );
    const s = await open(cluster, 100, 30);
    await type(s, ':ingresses');
    cluster.tables
      .get('ingresses.networking.k8s.io')!
      .change('ADDED', { cells: ['front', '1h'], object: objectOf('Ingress', 'front') });
    await s.settle();
    await s.press('shift-w');
    await s.waitFor('x there is no ingress class nginx');
    expect(s.text()).toContain('x it sends requests to service gone, which there is not');
  });

  test('a failure of the command is told', async () => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Running'));
    cluster.answers.set('why pods/web-1 -n shop -o json', {
      code: 1,
      stdout: '',
      stderr: 'error: nodes may not be listed\n',
    });
    const s = await open(cluster);
    await s.press('shift-w');
    await s.waitFor('x nodes may not be listed');
  });
});

describe('what belongs to an object', () => {
  test('events of one object are a table of their own', async () => {
    const cluster = objectCluster();
    cluster.put('pods', pod('Running'));
    const s = await open(cluster);
    await s.press('shift-e');
    expect(s.text()).toContain('events(shop · pod/web-1)');
    expect(cluster.tables.get('events')!.scopes.at(-1)).toEqual({
      namespace: 'shop',
      fieldSelector: 'involvedObject.uid=uid-shop-web-1',
    });
  });

  test('shift-j goes to the owner, o to the node', async () => {
    const cluster = objectCluster();
    const ownerReferences = [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web', uid: 'r', controller: true }];
    cluster.put('pods', pod('Running', { metadata: { ownerReferences } }));
    const s = await open(cluster);
    await s.press('shift-j');
    expect(s.text()).toContain('replicasets.apps(shop · pod/web-1)');
    expect(cluster.tables.get('replicasets.apps')!.scopes.at(-1)).toEqual({ namespace: 'shop', name: 'web' });
    await s.press('esc', 'o');
    expect(s.text()).toContain('nodes(pod/web-1)');
    expect(cluster.tables.get('nodes')!.scopes.at(-1)).toEqual({ name: 'kind-worker' });
    await s.press('esc', 'down', 'shift-j');
    expect(s.text()).toContain('not found');
  });

  test('u tells who uses a config map, and how; enter goes there', async () => {
    const cluster = objectCluster();
    const template = {
      spec: {
        containers: [{ name: 'app', envFrom: [{ configMapRef: { name: 'settings' } }] }],
        volumes: [{ name: '설정', configMap: { name: 'settings' } }],
      },
    };
    cluster.put(
      'deployments.apps',
      objectOf('Deployment', 'web', {
        apiVersion: 'apps/v1',
        spec: { selector: { matchLabels: { app: 'web' } }, template },
      }),
    );
    const s = await open(cluster, 120, 30);
    await type(s, ':cm');
    cluster.tables
      .get('configmaps')!
      .change('ADDED', { cells: ['settings', '1h'], object: objectOf('ConfigMap', 'settings') });
    await s.settle();
    await s.press('u');
    await s.waitFor('uses(configmap/settings)[1]');
    expect(s.text()).toMatch(/web +deployments\.apps +all variables of app, volume 설정/);
    await s.press('enter');
    expect(s.text()).toContain('pods(shop · deployment/web)');
  });

  test('a role leads to its rules, a verb in each column', async () => {
    const cluster = objectCluster();
    const rules = [
      { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list'] },
      { apiGroups: ['apps'], resources: ['deployments'], verbs: ['*'], resourceNames: ['web'] },
      { nonResourceURLs: ['/healthz'], verbs: ['get'] },
    ];
    cluster.put('roles.rbac.authorization.k8s.io', objectOf('Role', 'reader', { rules }));
    const s = await open(cluster, 160, 30);
    await type(s, ':roles');
    cluster.tables
      .get('roles.rbac.authorization.k8s.io')!
      .change('ADDED', { cells: ['reader', '1h'], object: objectOf('Role', 'reader') });
    await s.settle();
    await s.press('enter');
    await s.waitFor('rules(role/reader)[4]');
    expect(s.text()).toMatch(/pods\/log +yes +yes +- +-/);
    expect(s.text()).toMatch(/deployments +apps +yes +yes +yes +yes +yes +yes +yes +yes +\* +web/);
  });
});

describe('where enter leads', () => {
  const spec = { podSelector: { matchLabels: { app: 'web' } } };
  const hpa = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } };
  const paths = [{ path: '/결제', backend: { service: { name: 'web' } } }];
  const endpoints = [
    { addresses: ['10.0.0.7'], conditions: { ready: false }, targetRef: { kind: 'Pod', name: 'web-1' } },
  ];

  test.each([
    ['networkpolicies.networking.k8s.io', 'NetworkPolicy', { spec }, 'pods(shop · networkpolicy/it)'],
    [
      'horizontalpodautoscalers.autoscaling',
      'HorizontalPodAutoscaler',
      { spec: hpa },
      'deployments.apps(shop · horizontalpodautoscaler/it)',
    ],
    [
      'ingresses.networking.k8s.io',
      'Ingress',
      { spec: { rules: [{ host: 'a.b', http: { paths } }] } },
      'web             services   a.b/결제',
    ],
    ['endpointslices.discovery.k8s.io', 'EndpointSlice', { endpoints }, '10.0.0.7 (not ready)'],
    [
      'persistentvolumes',
      'PersistentVolume',
      { metadata: { namespace: undefined }, spec: { claimRef: { name: 'disk', namespace: 'shop' } } },
      'persistentvolumeclaims(shop · persistentvolume/it)',
    ],
    ['services', 'Service', { spec: { selector: { app: 'web' } } }, 'pods(shop · service/it)'],
    ['secrets', 'Secret', {}, 'describe(secrets shop/it)'],
  ])('%s', async (plural, kind, rest, shown) => {
    const cluster = objectCluster();
    const object = objectOf(kind, 'it', rest);
    cluster.put(plural, object);
    const s = await open(cluster, 120, 24);
    await type(s, `:${plural}`);
    cluster.tables.get(plural)!.change('ADDED', { cells: ['it', '1h'], object });
    await s.settle();
    await s.press('enter');
    const loose = (text: string) => text.replaceAll(/ +/g, ' ');
    for (let round = 0; round < 20 && !loose(s.text()).includes(loose(shown)); round++) await s.settle();
    expect(loose(s.text())).toContain(loose(shown));
  });

  test('an account leads to what all of its bindings allow', async () => {
    const cluster = objectCluster();
    const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
    const roleRef = { kind: 'Role', name: 'reader' };
    cluster.put(
      'roles.rbac.authorization.k8s.io',
      objectOf('Role', 'reader', { ...rbac, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] }),
    );
    cluster.put(
      'rolebindings.rbac.authorization.k8s.io',
      objectOf('RoleBinding', 'b', {
        ...rbac,
        roleRef,
        subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'shop' }],
      }),
    );
    cluster.put(
      'rolebindings.rbac.authorization.k8s.io',
      objectOf('RoleBinding', 'c', {
        ...rbac,
        roleRef: { kind: 'Role', name: 'gone' },
        subjects: [{ kind: 'Group', name: 'system:serviceaccounts' }],
      }),
    );
    const s = await open(cluster, 140, 24);
    await type(s, ':serviceaccounts');
    cluster.tables
      .get('serviceaccounts')!
      .change('ADDED', { cells: ['robot', '1h'], object: objectOf('ServiceAccount', 'robot') });
    await s.settle();
    await s.press('enter');
    await s.waitFor('rules(serviceaccount/robot)[1]');
    expect(s.text()).toMatch(/pods +yes +-/);
  });
});

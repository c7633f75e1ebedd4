import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkScreen, sizes, type WideCluster, wideCluster, withMetrics } from './wide-cluster.ts';

let cluster: WideCluster;
const hostile = '\u001b[31mred\u001b]0;title\u0007';

beforeAll(async () => {
  cluster = await wideCluster();
  const { client } = cluster.emulator;
  const inShop = (name: string, rest: object = {}) => ({ name, namespace: 'shop', ...rest });
  await client.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await client.create('deployments.apps', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: inShop('web', { labels: { app: 'web' } }),
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: {
          containers: [
            {
              name: 'main',
              image: 'nginx:1.27',
              resources: { requests: { cpu: '1', memory: '512Mi' }, limits: { cpu: '2', memory: '1Gi' } },
            },
          ],
        },
      },
    },
  });
  await client.create('services', {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: inShop('web'),
    spec: { selector: { app: 'web' }, ports: [{ port: 80 }] },
  });
  await client.create('resourcequotas', {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: inShop('limits'),
    spec: { hard: { pods: '2', configmaps: '50' } },
  });
  for (const [name, object] of [
    ['web-settings', '한국어 설정'],
    ['web-hostile', hostile],
  ]) {
    await client.create('configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: inShop(name!),
      data: { text: object },
    });
  }
  for (const pod of ['web-1', 'web-2', 'web-3']) {
    await client.create('events', {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: inShop(`${pod}.123`),
      type: 'Warning',
      reason: 'Unhealthy',
      message: `Readiness probe failed: ${hostile} 상태 점검 실패 ${pod.slice(4)}`,
      involvedObject: { apiVersion: 'v1', kind: 'Pod', name: pod, namespace: 'shop' },
      count: 4,
      lastTimestamp: new Date().toISOString(),
    });
  }
}, 60_000);

afterAll(() => cluster.stop());

/** A line typed after `:`, and what has to be on every screen. */
const views: readonly (readonly [line: string, title: RegExp, rows: readonly RegExp[]])[] = [
  [
    'workloads shop',
    /workloads\(shop\)\[5\]/,
    [/svc +web +/, /deploy +web +\d\/2/, /rs +web-\w+ +\d\/2/, /po +web-\w+-\w+ +\d\/1/],
  ],
  [
    'find web',
    /finds\(all · web\)\[\d+\]/,
    [/shop +configmaps +web-settings/, /deployments\.apps +web /, /shop +services +web/],
  ],
  ['capacity', /capacity\[2\]/, [/kctl-worker-1 +Ready +5\d% ███··· +50% ███··· +14% █·····/]],
  ['load', /namespace-load\[\d+\]/, [/shop +2 +2 +400m +4\b/]],
  [
    'quotas shop',
    /quota-board\(shop\)\[2\]/,
    [/limits +pods +Exhausted +2 +2 +100% ██████/, /limits +configmaps +Active +3 +50/],
  ],
  ['eg shop', /event-groups\(shop\)\[\d+\]/, [/Warning +Unhealthy +12 +Pod +Readiness probe/]],
  ['can g:system:masters', /access\(g:system:masters\)\[2\]/, [/\* +\* +everywhere +yes/]],
  ['groups', /groups\[\d+\]/, [/system:masters +\d/]],
  ['users', /users\[\d+\]/, [/system:kube-scheduler +\d/]],
];

describe.each(sizes)('at %i×%i', (cols, rows) => {
  test.each(views)(':%s', async (line, title, wanted) => {
    const s = await cluster.open(line, cols, rows, withMetrics);
    await s.waitFor(title);
    for (const row of wanted) await s.waitFor(row);
    checkScreen(s, cols);
    s.close();
  });
});

test('what can be done to a workload is done to the object that the row stands for', async () => {
  const s = await cluster.open('workloads shop /^svc', 120, 40);
  await s.waitFor(/svc +web/);
  await s.press('y');
  await s.waitFor(/kind: Service/);
  expect(s.text()).toMatch(/name: web/);
});

test('a search says how far it is, tells of refusals, and shows what it finds at once', async () => {
  const s = await cluster.open('find web-settings', 120, 40);
  await s.waitFor(/finds\(all · web-settings\)\[1\]/);
  await s.waitFor(/\d+ kinds/);
  await s.press('d');
  await s.waitFor(/Name: +web-settings/);
});

test('a node leads to what its pods ask for', async () => {
  const s = await cluster.open('capacity', 120, 40, withMetrics);
  await s.waitFor(/capacity\[2\]/);
  await s.press('enter');
  await s.waitFor(/node-load\(all · node\/kctl-control-plane\)\[\d/);
  await s.waitFor(/coredns-\S+ +\d+m +200m/);
  await s.press('esc');
  await s.waitFor(/capacity\[2\]/);
});

test('a group leads to what it may do, and a right to nothing', async () => {
  const s = await cluster.open('groups /masters', 120, 40);
  await s.waitFor(/system:masters/);
  await s.press('enter');
  await s.waitFor(/access\(g:system:masters\)\[2\]/);
  await s.press('enter');
  expect(s.text()).toContain('access(g:system:masters)');
});

test('a line without what it needs says what it needs', async () => {
  const s = await cluster.open('find', 120, 40);
  await s.waitFor('find what? :find TEXT looks through the names of every kind');
  await s.press(':');
  await s.type('can jane\r');
  await s.waitFor('who? :can u:USER, g:GROUP or s:NAMESPACE:ACCOUNT');
});

import { PassThrough, Readable } from 'node:stream';
import type { V1Pod } from '@kubernetes/client-node';
import { expect, test } from 'vitest';
import { copyLog, safeLogText } from '../../src/commands/logs/copy.ts';
import { byLogging } from '../../src/commands/shared/pod-order.ts';
import { failure, run } from './fake-cluster.ts';

const path = '/api/v1/namespaces/default/pods';
const pod = (name: string, containers = ['main']) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default' },
  spec: { nodeName: 'n', initContainers: [{ name: 'setup' }], containers: containers.map((each) => ({ name: each })) },
  status: { phase: 'Running' },
});
const logRoutes = {
  [`GET ${path}/web`]: pod('web', ['nginx', 'side']),
  [`GET ${path}/web/log`]: ({ query }: { query?: Record<string, unknown> }) => `from ${query?.container}\n`,
};

test('the first container is taken, and that is said', async () => {
  const { stdout, stderr, requests } = await run(['logs', 'web', '--tail=3', '--since=90s', '--timestamps'], logRoutes);
  expect(stdout).toBe('from nginx\n');
  expect(stderr).toBe('Defaulted container "nginx" out of: nginx, side, setup (init)\n');
  expect(requests[1]!.query).toMatchObject({ tailLines: 3, sinceSeconds: 90, timestamps: true });
});

test('all containers in the order in which they run, with prefixes', async () => {
  const { stdout, stderr } = await run(['logs', 'web', '--all-containers', '--prefix'], logRoutes);
  expect(stdout).toBe('[pod/web/setup] from setup\n[pod/web/nginx] from nginx\n[pod/web/side] from side\n');
  expect(stderr).toBe('');
});

test('a workload leads to one of its pods; -l reads 10 lines of each', async () => {
  const list = {
    kind: 'PodList',
    apiVersion: 'v1',
    metadata: {},
    items: [pod('b'), { ...pod('a'), status: { phase: 'Pending' } }],
  };
  const routes = {
    'GET /apis/apps/v1/namespaces/default/deployments/web': {
      kind: 'Deployment',
      metadata: { name: 'web' },
      spec: { selector: { matchLabels: { app: 'web' } } },
    },
    [`GET ${path}`]: list,
    [`GET ${path}/a/log`]: 'a\n',
    [`GET ${path}/b/log`]: 'b\n',
  };
  const one = await run(['logs', 'deploy/web', '-c', 'main'], routes);
  expect(one).toMatchObject({ stdout: 'b\n', stderr: 'Found 2 pods, using pod/b\n', code: 0 });
  expect(one.requests[1]!.query).toMatchObject({ labelSelector: 'app=web' });
  const all = await run(['logs', '-l', 'app=web', '-c', 'main'], routes);
  expect(all.stdout).toBe('b\na\n');
  expect(all.requests.at(-1)!.query).toMatchObject({ tailLines: 10 });
});

test.each([
  [['logs', 'nope'], 'error: error from server (NotFound): pods "nope" not found in namespace "default"\n'],
  [['logs', 'web', '-c', 'x'], 'error: container x is not valid for pod web\n'],
  [['logs', 'web', '--tail=-5'], 'error: --tail must be greater than or equal to -1\n'],
  [
    ['logs', 'web', '-l', 'a=b'],
    "error: only a selector (-l) or a POD name is allowed\nSee 'kubectl logs -h' for help and examples\n",
  ],
  [
    ['logs', '-f', 'web', '--all-containers', '--max-log-requests=2'],
    'error: you are attempting to follow 3 log streams, but maximum allowed concurrency is 2, use --max-log-requests to increase the limit\n',
  ],
])('%j is refused', async (line, stderr) => {
  const routes = { ...logRoutes, [`GET ${path}/nope`]: failure(404, 'NotFound', 'pods "nope" not found') };
  expect(await run(line, routes)).toMatchObject({ stdout: '', stderr, code: 1 });
});

test('pods are preferred in client-go’s order', () => {
  const ready = (at: string) => [{ type: 'Ready', status: 'True', lastTransitionTime: at }];
  const pods = [
    { metadata: { name: 'pending' }, spec: { nodeName: 'n' }, status: { phase: 'Pending' } },
    { metadata: { name: 'unassigned' }, spec: {}, status: { phase: 'Running' } },
    {
      metadata: { name: 'fresh' },
      spec: { nodeName: 'n' },
      status: { phase: 'Running', conditions: ready('2026-01-02T00:00:00Z') },
    },
    {
      metadata: { name: 'long' },
      spec: { nodeName: 'n' },
      status: { phase: 'Running', conditions: ready('2026-01-01T00:00:00Z') },
    },
    { metadata: { name: 'unready' }, spec: { nodeName: 'n' }, status: { phase: 'Running' } },
  ] as unknown as V1Pod[];
  expect([...pods].sort(byLogging).map(({ metadata }) => metadata?.name)).toEqual([
    'long',
    'fresh',
    'unready',
    'pending',
    'unassigned',
  ]);
});

test('on a terminal colours pass and other sequences become visible', () => {
  const shown = safeLogText('\u001b[31mred\u001b[0m \u001b]0;title\u0007 \u001b[2J');
  expect(shown.startsWith('\u001b[31mred\u001b[0m ')).toBe(true);
  expect(shown.replaceAll(/\u001b\[\d*m/g, '')).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
});

test('to a pipe bytes go as they are, split characters included', async () => {
  const out = new PassThrough();
  const bytes = Buffer.from('가\u001b[2J\n');
  await copyLog(Readable.from([bytes.subarray(0, 1), bytes.subarray(1)]), out, '');
  out.end();
  expect(Buffer.concat(await out.toArray())).toEqual(bytes);
});

import { expect, test } from 'vitest';
import { deployment, replicaSet } from '../../store/rollout/objects.ts';
import { run } from '../fake-cluster.ts';

const list = (items: readonly object[]) => ({ kind: 'List', apiVersion: 'v1', metadata: {}, items });

const history = (line: string[], options: { tool?: string; terminal?: boolean } = {}) => {
  const complete = { conditions: [{ type: 'Progressing', reason: 'NewReplicaSetAvailable' }] };
  const live = deployment('web:2', { status: complete, spec: { selector: { matchLabels: { app: 'web' } } } });
  const first = replicaSet(1, 'web:1', 0);
  first.metadata.annotations!['kubernetes.io/change-cause'] = 'start';
  const routes = {
    'GET /apis/apps/v1/namespaces/shop/deployments/web': live,
    'GET /apis/apps/v1/namespaces/shop/replicasets': list([first, replicaSet(2, 'web:2', 3)]),
    'GET /api/v1/namespaces/shop/events': list([]),
  };
  return run(['rollout', 'history', 'deploy/web', ...line], routes, { namespace: 'shop', ...options });
};

const plain = 'deployment.apps/web \nREVISION  CHANGE-CAUSE\n1         start\n2         <none>\n\n';
const detailed =
  /^deployment.apps\/web \nREVISION +AGE +OUTCOME +IMAGES +CHANGE-CAUSE\n1 +\S+ +superseded +web:1 +start\n2 \(now\) +\S+ +complete +web:2 +<none>\n\n$/;

test('is kubectl’s on a pipe and for kubectl', async () => {
  expect((await history([], { tool: 'kctl' })).stdout).toBe(plain);
  expect((await history([], { tool: 'kubectl', terminal: true })).stdout).toBe(plain);
  expect((await history(['--details=false'], { tool: 'kctl', terminal: true })).stdout).toBe(plain);
});

test('tells more where someone looks, or asks', async () => {
  expect((await history([], { tool: 'kctl', terminal: true })).stdout).toMatch(detailed);
  expect((await history(['-o', 'wide'], { tool: 'kctl' })).stdout).toMatch(detailed);
  expect((await history(['--details'], { tool: 'kctl' })).stdout).toMatch(detailed);
});

test('knows no wide format where it is called kubectl', async () => {
  const { stderr, code } = await history(['-o', 'wide'], { tool: 'kubectl' });
  expect(stderr).toContain('unable to match a printer suitable for the output format "wide"');
  expect(code).toBe(1);
});

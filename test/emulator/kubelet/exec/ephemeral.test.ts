import { afterAll, beforeAll, expect, test } from 'vitest';
import '../../../../src/emulator/kubelet/exec/index.ts';
import { type Json, type TestCluster, testCluster } from '../../server/cluster.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await testCluster();
});
afterAll(() => cluster.stop());

const POD = '/api/v1/namespaces/default/pods/p';
const JSON_TYPE = { 'content-type': 'application/strategic-merge-patch+json' };

/** The pod once `holds` does. */
async function podWhen(holds: (status: Json) => boolean): Promise<Json> {
  for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const { body } = await cluster.call('GET', POD);
    if (body.status && holds(body.status)) return body;
  }
  throw new Error(`not in time: ${(await cluster.call('GET', POD)).text}`);
}

test('a pod that runs takes up an ephemeral container, keeps ready, and runs it once', {
  timeout: 40_000,
}, async () => {
  const isReady = ({ conditions = [] }: Json) =>
    conditions.some(({ type, status }: Json) => type === 'Ready' && status === 'True');
  await createPod();
  await podWhen(isReady);
  const guest = { name: 'guest', image: 'busybox:1.36', command: ['sh', '-c', 'hostname; exit 2'] };
  const patched = await cluster.call('PATCH', `${POD}/ephemeralcontainers`, {
    body: { spec: { ephemeralContainers: [guest] } },
    headers: JSON_TYPE,
  });
  expect(patched.status).toBe(200);
  const { status } = await podWhen(
    ({ ephemeralContainerStatuses: guests }) => guests?.[0]?.state.terminated !== undefined,
  );
  expect(status.ephemeralContainerStatuses).toMatchObject([
    { name: 'guest', ready: false, restartCount: 0, state: { terminated: { exitCode: 2, reason: 'Error' } } },
  ]);
  expect(isReady(status)).toBe(true);
  expect(status.phase).toBe('Running');
  expect((await cluster.call('GET', `${POD}/log?container=guest`)).text).toBe('p\n');
  const { body: events } = await cluster.call('GET', '/api/v1/namespaces/default/events');
  expect(events.items.map((one: Json) => one.involvedObject.fieldPath)).toContain('spec.ephemeralContainers{guest}');
});

async function createPod(): Promise<void> {
  const container = { name: 'main', image: 'nginx:1.27' };
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { automountServiceAccountToken: false, containers: [container] },
  };
  for (const end = Date.now() + 10_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const { status } = await cluster.call('POST', '/api/v1/namespaces/default/pods', { body });
    // Its service account may be a moment away.
    if (status === 201) return;
  }
  throw new Error('the pod is refused');
}

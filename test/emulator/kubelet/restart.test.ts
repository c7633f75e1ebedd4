import { expect, test } from 'vitest';
import { catchUp } from '../../../src/emulator/clocks.ts';
import { startControlPlane } from '../../../src/emulator/control-plane.ts';
import { simulatedImage } from '../../../src/oci/simulated-images.ts';
import { createWorld, deployment, pod } from '../controllers/world.ts';

test('a new process takes up what ran: no restarts, no new addresses, back-offs go on', async () => {
  const w = await createWorld();
  await w.client.create('deployments.apps', deployment('web'));
  await w.client.create(
    'pods',
    pod('bad', { containers: [{ name: 'app', image: 'busybox:1.37', command: ['sh', '-c', 'exit 1'] }] }),
  );
  await w.run(200);
  const before = w
    .pods()
    .map((one) => [one.metadata.name, one['status'].podIP, one['status'].containerStatuses[0].restartCount]);
  await w.plane.stop();
  w.clock.advanceTo(w.clock.now() + 60_000);
  const plane = startControlPlane({
    client: w.client,
    lister: w.lister,
    clock: w.clock,
    random: () => 0.5,
    nodes: 3,
    rootCa: 'PEM',
    images: simulatedImage,
  });
  await plane.idle();
  const running = (rows: unknown[][]) => rows.filter(([name]) => name !== 'bad');
  const now = () =>
    w.pods().map((one) => [one.metadata.name, one['status'].podIP, one['status'].containerStatuses[0].restartCount]);
  expect(running(now())).toEqual(running(before));
  await catchUp(w.clock, w.clock.now() + 700_000, () => plane.idle());
  expect(running(now())).toEqual(running(before));
  const restarts = w.get('pods', 'bad')['status'].containerStatuses[0].restartCount;
  expect(restarts - Number(before.find(([name]) => name === 'bad')![2])).toBeGreaterThanOrEqual(2);
  await w.client.create('pods', pod('late'));
  await catchUp(w.clock, w.clock.now() + 20_000, () => plane.idle());
  const addresses = w.pods().map((one) => one['status'].podIP);
  expect(new Set(addresses).size).toBe(addresses.length);
});

test('when nothing changes, nothing is written but leases and heartbeats', async () => {
  const w = await createWorld();
  await w.client.create('deployments.apps', deployment('web'));
  await w.run(120);
  const writes: Record<string, number> = {};
  w.lister.subscribe('*', ({ object }, resource) => {
    const what = `${resource} ${object.metadata.namespace ?? ''}`.trim();
    writes[what] = (writes[what] ?? 0) + 1;
  });
  await w.run(300);
  // Each of three nodes every 30 s; scheduler and controller manager every 10 s.
  expect(writes).toEqual({
    'leases.coordination.k8s.io kube-node-lease': 30,
    'leases.coordination.k8s.io kube-system': 60,
    nodes: 3,
  });
});

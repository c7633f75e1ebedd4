import { createWorld, type World } from '../../controllers/world.ts';

/** A world in which the pod `p` was just made: one container `main` of busybox, changed by `container` and `spec`. */
export async function worldWithPod(
  container: Record<string, unknown>,
  spec: Record<string, unknown> = {},
  annotations: Record<string, string> = {},
): Promise<World> {
  const world = await createWorld();
  await world.client
    .create('serviceaccounts', {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'default' },
    } as never)
    .catch(() => {});
  await world.client.create('pods', {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default', annotations },
    spec: {
      automountServiceAccountToken: false,
      containers: [{ name: 'main', image: 'busybox:1.36', ...container }],
      ...spec,
    },
  } as never);
  return world;
}

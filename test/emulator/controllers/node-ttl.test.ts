import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { Lister, StoreEvent } from '../../../src/emulator/client.ts';
import type { ControlContext } from '../../../src/emulator/controllers/controller.ts';
import { nodeTtlController } from '../../../src/emulator/controllers/node-ttl.ts';

test('kubelets keep things longer in larger clusters, in steps that overlap', async () => {
  const nodes: KubeObject[] = [];
  const context = {
    lister: { list: () => nodes, get: () => nodes[0] } as unknown as Lister,
    client: {
      update: async (_resource: string, node: KubeObject) => {
        nodes[0] = node;
      },
    },
  } as unknown as ControlContext;
  const { watches, reconcile } = nodeTtlController(context);
  const at = async (count: number) => {
    const tell = (type: StoreEvent['type'], object: KubeObject) => [
      ...watches['nodes']!({ type, object } as StoreEvent, 'nodes'),
    ];
    while (nodes.length > count) tell('DELETED', nodes.pop()!);
    while (nodes.length < count) {
      nodes.push({ apiVersion: 'v1', kind: 'Node', metadata: { name: `n${nodes.length}` } });
      tell('ADDED', nodes.at(-1)!);
    }
    for (const key of tell('MODIFIED', nodes[0]!)) await reconcile(key);
    return nodes[0]!.metadata.annotations!['node.alpha.kubernetes.io/ttl'];
  };
  const counts = [1, 100, 101, 90, 89, 501, 450, 449, 5000, 1800, 1799, 10];
  const seen: string[] = [];
  for (const count of counts) seen.push((await at(count))!);
  expect(seen).toEqual(['0', '0', '15', '15', '0', '30', '30', '15', '300', '300', '60', '0']);
});

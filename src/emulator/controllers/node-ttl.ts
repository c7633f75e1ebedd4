import type { KubeObject } from '../../api/meta.ts';
import { type ControlContext, type Controller, ownKey } from './controller.ts';

const TTL = 'node.alpha.kubernetes.io/ttl';

/** Seconds for which kubelets may keep what they read, by the number of nodes; the steps overlap, so that a node more or less does not move all. */
const STEPS = [
  { from: 0, to: 100, seconds: 0 },
  { from: 90, to: 500, seconds: 15 },
  { from: 450, to: 1000, seconds: 30 },
  { from: 900, to: 2000, seconds: 60 },
  { from: 1800, to: Number.POSITIVE_INFINITY, seconds: 300 },
] as const;

/** Tells each kubelet, as its node changes, for how long to keep Secrets and ConfigMaps (kubernetes pkg/controller/ttl). */
export function nodeTtlController(context: ControlContext): Controller {
  let step = 0;
  // Counted, not listed: a look at all nodes at every change of one would grow with their square.
  let names: Set<string> | undefined;
  return {
    name: 'ttl-controller',
    watches: {
      nodes: (event) => {
        names ??= new Set(context.lister.list<KubeObject>('nodes').map(({ metadata }) => metadata.name!));
        if (event.type === 'DELETED') names.delete(event.object.metadata.name!);
        else names.add(event.object.metadata.name!);
        while (names.size > STEPS[step]!.to) step++;
        while (names.size < STEPS[step]!.from) step--;
        return event.type === 'DELETED' || isTold(event.object) ? [] : ownKey(event, 'nodes');
      },
    },
    reconcile: async (name) => {
      const node = context.lister.get<KubeObject>('nodes', undefined, name);
      if (!node || isTold(node)) return undefined;
      const annotations = { ...node.metadata.annotations, [TTL]: String(STEPS[step]!.seconds) };
      await context.client.update('nodes', { ...node, metadata: { ...node.metadata, annotations } });
      return undefined;
    },
  };

  function isTold({ metadata }: KubeObject): boolean {
    return metadata.annotations?.[TTL] === String(STEPS[step]!.seconds);
  }
}

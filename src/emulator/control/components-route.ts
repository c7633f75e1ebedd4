import type { ComponentList, ComponentsSwitched } from '../../api/control/components.ts';
import type { KubeObject } from '../../api/meta.ts';
import { badRequest, notFound, unavailable } from '../errors.ts';
import { isDown } from '../kubelet/node-facts.ts';
import type { ControlCall } from './call.ts';
import type { ControlHandle } from './handle.ts';
import { type NodeWorld, nodeActions, nodesNamed } from './nodes.ts';

/** @throws ApiStatusError 503 while the cluster starts */
export function handleOf({ context }: ControlCall): ControlHandle {
  const handle = context.control();
  if (!handle) throw unavailable('the cluster is still starting');
  return handle;
}

const KUBELET = 'kubelet';

/** `GET components` */
export function listComponents(call: ControlCall): ComponentList {
  const { components, world } = handleOf(call);
  const nodes = world.lister.list<KubeObject>('nodes');
  const stopped = nodes.filter(isDown).map(({ metadata }) => `${KUBELET}/${metadata.name}`);
  const parts = components.list();
  const groups = [...new Set(parts.map(({ group }) => group))];
  return {
    groups: [
      ...groups.map((name) => ({ name, running: components.isRunning(name) })),
      { name: KUBELET, running: stopped.length < nodes.length || nodes.length === 0 },
    ],
    components: [...parts, ...stopped.map((name) => ({ name, group: KUBELET, running: false }))],
  };
}

/**
 * `POST components` with `{ names, running }`: stops or starts parts and groups of the control plane, `kubelet/NODE`,
 * or all of `kubelet`.
 */
export async function switchComponents(call: ControlCall): Promise<ComponentsSwitched> {
  const { names, running } = call.body as { names?: unknown; running?: unknown };
  if (!Array.isArray(names) || !names.every((name) => typeof name === 'string') || typeof running !== 'boolean') {
    throw badRequest('names must be a list of components, running true or false');
  }
  const { components, world } = handleOf(call);
  const all = names.map((name: string) => PROGRAMS[name] ?? name);
  const isKubelet = (name: string) => name === KUBELET || name.startsWith(`${KUBELET}/`);
  const unknown = all.find((name) => !isKubelet(name) && !components.has(name));
  if (unknown !== undefined) throw notFound({ group: '', plural: 'components' }, unknown);
  const kubelets = new Map(all.filter(isKubelet).map((name) => [name, nodesOf(world, name)]));
  const done: ComponentsSwitched['components'] = [];
  for (const name of all) {
    let changed = false;
    for (const node of kubelets.get(name) ?? []) {
      if (await nodeActions[running ? 'recover' : 'fail']!(world, node, {})) changed = true;
    }
    if (!isKubelet(name)) changed = components.turn(name, running);
    done.push({ name, running, changed });
  }
  return { components: done };
}

/** The programs by their own names. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'kube-controller-manager': 'controller-manager',
  'kube-scheduler': 'scheduler',
};

/** @throws ApiStatusError 404 */
function nodesOf(world: NodeWorld, name: string): readonly KubeObject[] {
  return name === KUBELET ? world.lister.list('nodes') : nodesNamed(world, [name.slice(KUBELET.length + 1)]);
}

import { groupResource } from '../../../api/resource.ts';
import { KctlError } from '../../../lib/errors.ts';
import { containersResource } from '../../views/local/containers.ts';
import type { ObjectRef } from '../../views/view.ts';
import { say } from '../../words/say.ts';
import type { ActionContext } from '../action.ts';

interface PodContainer {
  name: string;
  role: string;
  image: string;
  tty: boolean;
  stdin: boolean;
}

export interface ChosenContainer {
  pod: ObjectRef;
  container: PodContainer;
  windows: boolean;
}

export const podKinds: readonly string[] = ['pods', groupResource(containersResource)];

/** The pod under the cursor, or that of the container there. */
function podAt({ model, target }: ActionContext): ObjectRef | undefined {
  if (!target) return undefined;
  if (groupResource(target.resource) === 'pods') return target;
  return model.view.type === 'table' ? model.view.parent : undefined;
}

/**
 * The container that something is to be done in: the one under the cursor, the pod's only one, else one
 * that the user picks.
 * @param roles what is offered
 * @returns undefined where the user thought better of it
 */
export async function chooseContainer(
  context: ActionContext,
  roles: readonly string[] = ['main', 'debug', 'init'],
): Promise<ChosenContainer | undefined> {
  const { host, target } = context;
  const pod = podAt(context);
  if (!pod || !target) throw new KctlError('input', say('no row is selected'));
  const { spec } = await host.services.get(pod.resource, pod.namespace, pod.name);
  const of = (list: PodContainer[] | undefined, role: string) => (list ?? []).map((one) => ({ ...one, role }));
  const all = [
    ...of(spec?.containers, 'main'),
    ...of(spec?.ephemeralContainers, 'debug'),
    ...of(spec?.initContainers, 'init'),
  ].filter(({ role }) => roles.includes(role));
  const windows = spec?.os?.name === 'windows';
  const named = pod === target ? undefined : all.find(({ name }) => name === target.name);
  if (named) return { pod, container: named, windows };
  if (all.length === 1) return { pod, container: all[0]!, windows };
  const items = all.map(({ name, role, image }) => ({ id: name, label: name, detail: `${role} ${image}` }));
  const picked = await host.pick({ title: say('Which container of {pod}?', { pod: pod.name }), items });
  const container = all.find(({ name }) => name === picked?.items[0]?.id);
  return container && { pod, container, windows };
}

import type { V1Pod } from '@kubernetes/client-node';
import { KctlError } from '../../lib/errors.ts';

const defaultContainerAnnotation = 'kubectl.kubernetes.io/default-container';

interface ContainerName {
  name: string;
  /** As messages mark it. */
  label: string;
}

/** App containers, then init containers, then ephemeral ones. */
function containersOf({ spec }: V1Pod): ContainerName[] {
  const of = (list: readonly { name: string }[] | undefined, suffix: string) =>
    (list ?? []).map(({ name }) => ({ name, label: `${name}${suffix}` }));
  return [
    ...of(spec?.containers, ''),
    ...of(spec?.initContainers, ' (init)'),
    ...of(spec?.ephemeralContainers, ' (ephem)'),
  ];
}

/** In the order in which they run, as `--all-containers` prints them. */
export function allContainers({ spec }: V1Pod): string[] {
  const all = [...(spec?.initContainers ?? []), ...(spec?.containers ?? []), ...(spec?.ephemeralContainers ?? [])];
  return all.map(({ name }) => name);
}

/**
 * The container to read: the one asked for, else the one that the pod's annotation names, else the first.
 * @param note receives the line that says which one was taken out of several
 * @throws KctlError where the pod has no such container
 */
export function chooseContainer(pod: V1Pod, wanted: string, note: (line: string) => void): string {
  const containers = containersOf(pod);
  const podName = pod.metadata?.name ?? '';
  if (wanted !== '') {
    if (containers.some(({ name }) => name === wanted)) return wanted;
    throw new KctlError('usage', `container ${wanted} is not valid for pod ${podName}`);
  }
  const annotated = pod.metadata?.annotations?.[defaultContainerAnnotation];
  if (annotated) {
    if (containers.some(({ name }) => name === annotated)) return annotated;
    note(`Default container name "${annotated}" not found in pod ${podName}\n`);
  }
  const first = containers[0];
  if (!first) throw new KctlError('usage', `pod ${podName} has no containers`);
  if (containers.length > 1) {
    note(`Defaulted container "${first.name}" out of: ${containers.map(({ label }) => label).join(', ')}\n`);
  }
  return first.name;
}

import type { KubeObject } from '../../api/meta.ts';

const usualContainerAnnotation = 'kubectl.kubernetes.io/default-container';

/** In the order in which they run. */
export function containersOf({ spec }: KubeObject): string[] {
  const lists = [spec?.initContainers, spec?.containers, spec?.ephemeralContainers] as { name: string }[][];
  return lists.flatMap((list) => (list ?? []).map(({ name }) => name));
}

/** The one that is meant where none is named: what the pod's annotation says, else its first. */
export function usualContainer(pod: KubeObject): string | undefined {
  const named = pod.metadata.annotations?.[usualContainerAnnotation];
  if (named !== undefined && containersOf(pod).includes(named)) return named;
  return (pod.spec?.containers as { name: string }[] | undefined)?.[0]?.name;
}

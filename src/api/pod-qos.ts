import type { KubeObject } from './meta.ts';

interface ContainerResources {
  resources?: { requests?: Record<string, string>; limits?: Record<string, string> };
}

/**
 * Guaranteed: every container limits cpu and memory and requests exactly that; BestEffort: none says
 * anything of the two; Burstable otherwise. What the pod says as a whole counts instead of its containers.
 * Requests are already defaulted from limits.
 */
export function qosClass(pod: KubeObject): 'Guaranteed' | 'Burstable' | 'BestEffort' {
  const whole = pod.spec as ContainerResources | undefined;
  const ofWhole = { ...whole?.resources?.requests, ...whole?.resources?.limits };
  const containers: ContainerResources[] =
    whole && Object.keys(ofWhole).length > 0
      ? [whole]
      : [...(pod.spec?.containers ?? []), ...(pod.spec?.initContainers ?? [])];
  const amounts = containers.flatMap(({ resources }) =>
    ['cpu', 'memory'].map((name) => ({ limit: resources?.limits?.[name], request: resources?.requests?.[name] })),
  );
  if (amounts.every(({ limit, request }) => limit === undefined && request === undefined)) return 'BestEffort';
  return amounts.every(({ limit, request }) => limit !== undefined && request === limit) ? 'Guaranteed' : 'Burstable';
}

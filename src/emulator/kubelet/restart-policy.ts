import type { KubeObject } from '../../api/meta.ts';
import type { ContainerRuntime } from '../runtime/container.ts';

/** What the first rule of `restartPolicyRules` says that speaks of this exit code (api/v1 ContainerRestartRule). */
function ruleFor({ restartPolicyRules = [] }: ContainerRuntime['spec'], exitCode: number): string | undefined {
  const rule = restartPolicyRules.find(({ exitCodes }) => {
    const isNamed = exitCodes?.values?.includes(exitCode) === true;
    return exitCodes?.operator === 'NotIn' ? !isNamed : exitCodes?.operator === 'In' && isNamed;
  });
  return rule?.action;
}

/** Does a container that ends so take all others with it? */
export const restartsAll = (spec: ContainerRuntime['spec'], exitCode: number): boolean =>
  ruleFor(spec, exitCode) === 'RestartAllContainers';

/** May any container of the pod ask for that? */
export function mayRestartAll({ spec }: KubeObject): boolean {
  const all: ContainerRuntime['spec'][] = [...(spec.initContainers ?? []), ...spec.containers];
  return all.some(({ restartPolicyRules }) =>
    restartPolicyRules?.some(({ action }) => action === 'RestartAllContainers'),
  );
}

/** The policy that holds for a container: its own goes before the pod's. */
const policyOf = (pod: KubeObject, { restartPolicy }: ContainerRuntime['spec']): string =>
  restartPolicy ?? pod['spec'].restartPolicy ?? 'Always';

/** May another run follow one that the kubelet ends? */
export const mayRestart = (pod: KubeObject, { spec }: ContainerRuntime): boolean => policyOf(pod, spec) !== 'Never';

/**
 * Does another run follow the last one? A rule of the container first, then its own policy, then the pod's
 * (podutil.ContainerShouldRestart); init containers run again only after a failure, sidecars always.
 */
export function willRestart(pod: KubeObject, { kind, last, spec }: ContainerRuntime): boolean {
  if (kind === 'sidecar') return true;
  if (kind === 'ephemeral') return false;
  if (last?.isResize) return true;
  if (last && ['Restart', 'RestartAllContainers'].includes(ruleFor(spec, last.exitCode) ?? '')) return true;
  const policy = policyOf(pod, spec);
  const hasFailed = last !== undefined && (last.exitCode !== 0 || last.isForced === true);
  if (kind === 'init') return hasFailed && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && hasFailed);
}

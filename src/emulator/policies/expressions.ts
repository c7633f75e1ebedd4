import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';

type Check = typeof import('./check.ts');

let check: Check | undefined;
let loading: Promise<void> | undefined;

/** Loads the compiler of expressions, once; nothing to wait for when it is there. */
export function loadExpressions(): Promise<void> | undefined {
  if (check) return undefined;
  loading ??= import('./check.ts').then((loaded) => {
    check = loaded;
  });
  return loading;
}

/** `told` with what is wrong with the expressions of a policy or a webhook configuration. */
export function expressionCauses(
  told: StatusCause[],
  object: KubeObject,
  previous: KubeObject | undefined,
  subresource: string | undefined,
): StatusCause[] {
  const has = check && subresource === undefined && object.apiVersion.startsWith('admissionregistration.k8s.io/');
  return has ? check!.withExpressionCauses(told, object, previous) : told;
}

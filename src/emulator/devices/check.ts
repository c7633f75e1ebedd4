import type { KubeObject } from '../../api/meta.ts';
import type { StatusCause } from '../../api/status.ts';
import type { Tools } from '../../api/validation/causes.ts';
import type { AdmissionPlugin, Machine } from '../registry/machine.ts';

/** What of devices and claims for them needs more than the object: expressions, and the namespace. */

type Selectors = typeof import('./selectors.ts');

let selectors: Selectors | undefined;
let loading: Promise<void> | undefined;

const GROUP = 'resource.k8s.io';

/** Loads what expressions need, once; nothing to wait for when it is there. */
export const deviceSelectors: AdmissionPlugin = {
  name: 'DeviceSelectors',
  admit({ resource, object }) {
    if (selectors || resource.group !== GROUP || !mentionsExpressions(object.spec)) return undefined;
    loading ??= import('./selectors.ts').then((loaded) => {
      selectors = loaded;
    });
    return loading;
  },
};

function mentionsExpressions(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return 'cel' in value || Object.values(value).some(mentionsExpressions);
}

export const deviceTools: Tools = {
  deviceSelector: (expression) => {
    if (!selectors) throw new Error('a selector is looked at before what it needs is loaded');
    return selectors.selectorProblem(expression);
  },
};

const LABEL = 'resource.kubernetes.io/admin-access';

interface Asking {
  exactly?: { adminAccess?: boolean };
  adminAccess?: boolean;
}

/** Where an object asks to use devices that others use; undefined where it does not. */
function adminPath({ kind, spec, status }: KubeObject, subresource: string | undefined): string | undefined {
  if (subresource === 'status') {
    const results = (status?.allocation?.devices?.results ?? []) as Asking[];
    const at = results.findIndex((result) => result.adminAccess);
    return at < 0 ? undefined : `status.allocation.devices.results[${at}].adminAccess`;
  }
  const inner = kind === 'ResourceClaimTemplate' ? spec?.spec : spec;
  const at = ((inner?.devices?.requests ?? []) as Asking[]).findIndex((request) => request.exactly?.adminAccess);
  return at < 0 ? undefined : `spec.devices.requests[${at}].adminAccess`;
}

/**
 * Only namespaces with a label may ask for devices that others use: of a new claim, and of the status of one.
 * Source: Kubernetes pkg/registry/resource/utils.go.
 */
export function adminAccessCauses(
  machine: Machine,
  object: KubeObject,
  previous: KubeObject | undefined,
  subresource: string | undefined,
): StatusCause[] {
  if (object.kind !== 'ResourceClaim' && object.kind !== 'ResourceClaimTemplate') return [];
  if (previous && (subresource !== 'status' || adminPath(previous, subresource))) return [];
  const field = adminPath(object, subresource);
  if (!field) return [];
  const namespace = machine.store.get('namespaces', undefined, object.metadata.namespace ?? '');
  if (namespace?.metadata.labels?.[LABEL] === 'true') return [];
  const message = `Forbidden: admin access to devices requires the \`${LABEL}: true\` label on the containing namespace`;
  return [{ reason: 'FieldValueForbidden', message, field }];
}

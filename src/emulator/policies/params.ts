import type { KubeObject } from '../../api/meta.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import { toServed } from '../registry/convert.ts';
import type { AdmissionRequest } from '../registry/machine.ts';
import type { ParamKind, ParamRef } from './spec.ts';

/**
 * What `params` is, once for each object that a binding's paramRef means (policy/generic, CollectParams);
 * one null where the policy or the binding has none.
 * @throws Error why the binding cannot be used
 */
export function paramsOf(
  request: AdmissionRequest,
  kind: ParamKind | undefined,
  reference: ParamRef | undefined,
): (KubeObject | null)[] {
  if (!kind || !reference) return [null];
  const { catalog, store } = request.machine;
  const resource = catalog.ofKind(kind.apiVersion, kind.kind);
  if (!resource) {
    const { group, version } = splitVersion(kind.apiVersion);
    throw new Error(`paramKind kind \`${group}/${version}, Kind=${kind.kind}\` not known`);
  }
  if (reference.namespace && !resource.namespaced) {
    throw new Error('paramRef.namespace must not be provided for a cluster-scoped `paramKind`');
  }
  const namespace = resource.namespaced ? reference.namespace || request.namespace : undefined;
  if (resource.namespaced && !namespace) {
    throw new Error("can't use namespaced paramRef to match cluster-scoped resources");
  }
  const { name, selector, parameterNotFoundAction } = reference;
  if (name && selector) throw new Error('paramRef.name and paramRef.selector are mutually exclusive');
  const labels = selector && selectorOf(selector);
  const found = name
    ? [store.get(resource.storage, namespace, name)].filter((one) => one !== undefined)
    : store.list(resource.storage, namespace).filter((one) => labels?.matches(one.metadata.labels));
  if (found.length === 0 && parameterNotFoundAction === 'Deny') {
    throw new Error('no params found for policy binding with `Deny` parameterNotFoundAction');
  }
  return found.map((one) => toServed(one, resource));
}

function splitVersion(apiVersion: string): { group: string; version: string } {
  const [first = '', second] = apiVersion.split('/');
  return second === undefined ? { group: '', version: first } : { group: first, version: second };
}

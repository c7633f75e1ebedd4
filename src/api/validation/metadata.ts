import type { KubeObject } from '../meta.ts';
import { parseApiVersion } from '../resource.ts';
import type { Causes } from './causes.ts';
import { checkName, type Fields } from './checks.ts';
import {
  dns1035Label,
  dnsLabel,
  dnsSubdomain,
  labelValue,
  type NameRule,
  pathSegment,
  qualifiedName,
} from './names.ts';

/** Kinds whose names are not DNS subdomains. */
const nameRules: Readonly<Record<string, NameRule>> = {
  Service: dns1035Label,
  Namespace: dnsLabel,
  'Role.rbac.authorization.k8s.io': pathSegment,
  'RoleBinding.rbac.authorization.k8s.io': pathSegment,
  'ClusterRole.rbac.authorization.k8s.io': pathSegment,
  'ClusterRoleBinding.rbac.authorization.k8s.io': pathSegment,
  'IPAddress.networking.k8s.io': pathSegment,
};

export function checkLabels(causes: Causes, path: string, labels: unknown): void {
  for (const [key, value] of Object.entries((labels ?? {}) as Fields)) {
    checkName(causes, path, key, qualifiedName);
    checkName(causes, path, value, labelValue);
  }
}

const annotationLimit = 256 * 1024;

function checkAnnotations(causes: Causes, annotations: unknown): void {
  let size = 0;
  for (const [key, value] of Object.entries((annotations ?? {}) as Record<string, string>)) {
    checkName(causes, 'metadata.annotations', key.toLowerCase(), qualifiedName);
    size += Buffer.byteLength(key) + Buffer.byteLength(String(value));
  }
  if (size > annotationLimit) causes.tooLong('metadata.annotations', annotationLimit);
}

function checkOwners(causes: Causes, owners: unknown): void {
  if (!Array.isArray(owners)) return;
  let controllers = 0;
  for (const [index, owner] of (owners as Fields[]).entries()) {
    const path = `metadata.ownerReferences[${index}]`;
    if (!parseApiVersion(owner.apiVersion ?? '').version)
      causes.invalid(`${path}.apiVersion`, owner.apiVersion ?? '', 'version must not be empty');
    for (const field of ['kind', 'name', 'uid']) {
      if (!owner[field])
        causes.invalid(`${path}.${field}`, '', field === 'kind' ? 'must not be empty' : `${field} must not be empty`);
    }
    if (owner.controller && ++controllers === 2) {
      causes.invalid('metadata.ownerReferences', owners, 'Only one reference can have Controller set to true.');
    }
  }
}

/** A finalizer may go while an object is being deleted, but none may come. */
function checkFinalizers(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const finalizers = object.metadata.finalizers ?? [];
  for (const finalizer of finalizers) checkName(causes, 'metadata.finalizers', finalizer, qualifiedName);
  if (!previous?.metadata.deletionTimestamp) return;
  const added = finalizers.filter((finalizer) => !previous.metadata.finalizers?.includes(finalizer));
  if (added.length === 0) return;
  const names = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
  const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${names}}`;
  causes.forbidden('metadata.finalizers', detail);
}

/** What holds for the metadata of every object. */
export function checkMetadata(
  causes: Causes,
  object: KubeObject,
  previous: KubeObject | undefined,
  resource: { group: string; kind: string; namespaced: boolean },
): void {
  const { metadata } = object;
  const rule = nameRules[resource.group ? `${resource.kind}.${resource.group}` : resource.kind] ?? dnsSubdomain;
  if (!metadata.name) causes.required('metadata.name', 'name or generateName is required');
  else if (!previous) checkName(causes, 'metadata.name', metadata.name, rule);
  if (!resource.namespaced && metadata.namespace) causes.forbidden('metadata.namespace', 'not allowed on this type');
  if (previous) {
    for (const field of ['name', 'namespace', 'uid'] as const) {
      const [old, value] = [previous.metadata[field], metadata[field]];
      if (old && value && old !== value) causes.invalid(`metadata.${field}`, value, 'field is immutable');
    }
  }
  checkLabels(causes, 'metadata.labels', metadata.labels);
  checkAnnotations(causes, metadata.annotations);
  checkOwners(causes, metadata.ownerReferences);
  checkFinalizers(causes, object, previous);
}

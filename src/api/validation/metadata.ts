import type { KubeObject } from '../meta.ts';
import { parseApiVersion } from '../resource.ts';
import type { Causes } from './causes.ts';
import {
  checkAnnotations,
  checkDnsLabel,
  checkImmutable,
  checkLabels,
  checkName,
  type Fields,
  listAt,
} from './checks.ts';
import { checkKubeFinalizer } from './core.ts';
import { semanticEqual } from './equal.ts';
import { canonicalAddress, plainAddress } from './ips.ts';
import { asPrefix, dns1035Label, dnsLabel, dnsSubdomain, type NameRule, pathSegment, qualifiedName } from './names.ts';

/** What holds for the metadata of every object. Source: apimachinery, api/validation/objectmeta.go. */

/** An IPAddress is called as its address is written. */
const addressName: NameRule = (text) => {
  const plain = plainAddress(text);
  if (plain === undefined) return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'];
  if (plain !== text) return ['must not have leading 0s'];
  const canonical = canonicalAddress(text);
  return canonical === text ? [] : [`must be in canonical form (${JSON.stringify(canonical)})`];
};

/** Kinds whose names are not DNS subdomains. */
const nameRules: Readonly<Record<string, NameRule>> = {
  // Stricter than a 1.36 server is by default: what it takes here, older clients and servers do not.
  Service: dns1035Label,
  Namespace: dnsLabel,
  'StatefulSet.apps': dnsLabel,
  'Role.rbac.authorization.k8s.io': pathSegment,
  'RoleBinding.rbac.authorization.k8s.io': pathSegment,
  'ClusterRole.rbac.authorization.k8s.io': pathSegment,
  'ClusterRoleBinding.rbac.authorization.k8s.io': pathSegment,
  'PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io': dnsSubdomain,
  'IPAddress.networking.k8s.io': addressName,
  'PodDisruptionBudget.policy': pathSegment,
  Event: pathSegment,
  'APIService.apiregistration.k8s.io': pathSegment,
  'CertificateSigningRequest.certificates.k8s.io': pathSegment,
};

const prefixRules = new Map<NameRule, NameRule>();

function prefixRule(rule: NameRule): NameRule {
  if (rule === addressName) return rule;
  const known = prefixRules.get(rule);
  if (known) return known;
  const made =
    rule === pathSegment ? (text: string) => rule(text).filter((one) => one.includes('contain')) : asPrefix(rule);
  prefixRules.set(rule, made);
  return made;
}

const ownerFields = ['kind', 'name', 'uid'];

function checkOwners(causes: Causes, owners: readonly Fields[]): void {
  const path = 'metadata.ownerReferences';
  let first: string | undefined;
  for (const owner of owners) {
    const { apiVersion = '', kind = '', name = '' } = owner;
    if (!parseApiVersion(apiVersion).version || apiVersion.split('/').length > 2) {
      causes.invalid(`${path}.apiVersion`, apiVersion, 'version must not be empty');
    }
    for (const field of ownerFields) {
      if (!owner[field]) causes.invalid(`${path}.${field}`, '', 'must not be empty');
    }
    if (apiVersion === 'v1' && kind === 'Event') {
      causes.invalid(path, owner, '/v1, Kind=Event is disallowed from being an owner', 'v1.OwnerReference');
    }
    if (!owner.controller) continue;
    if (first === undefined) first = `${kind}/${name}`;
    else {
      const detail = `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${kind}/${name}`;
      causes.invalid(path, owners, detail, '[]v1.OwnerReference');
    }
  }
}

const deletions = ['orphan', 'foregroundDeletion'];

function checkFinalizers(causes: Causes, finalizers: readonly string[]): void {
  const path = 'metadata.finalizers';
  for (const finalizer of finalizers) checkName(causes, path, finalizer, qualifiedName);
  if (deletions.every((one) => finalizers.includes(one))) {
    causes.invalid(path, finalizers, `finalizer ${deletions.join(' and ')} cannot be both set`);
  }
}

/** Kinds of the groups whose finalizers by short name must be the server's own. */
const checksShortFinalizers = (group: string): boolean =>
  group !== 'apiextensions.k8s.io' && group !== 'apiregistration.k8s.io';

function checkManagers(causes: Causes, entries: readonly Fields[]): void {
  for (const [index, { operation = '', fieldsType = '', manager = '', subresource = '' }] of entries.entries()) {
    const at = `metadata.managedFields[${index}]`;
    if (operation !== 'Apply' && operation !== 'Update') {
      causes.invalid(`${at}.operation`, operation, 'must be `Apply` or `Update`');
    }
    if (fieldsType && fieldsType !== 'FieldsV1') causes.invalid(`${at}.fieldsType`, fieldsType, 'must be `FieldsV1`');
    if (manager.length > 128) causes.tooLong(`${at}.manager`, 128);
    if (subresource.length > 256) causes.tooLong(`${at}.subresource`, 256);
  }
}

export interface Kind {
  group: string;
  kind: string;
  namespaced: boolean;
}

function checkNames(causes: Causes, object: KubeObject, namespaced: boolean, rule: NameRule): void {
  const { name, generateName, namespace } = object.metadata;
  if (generateName) checkName(causes, 'metadata.generateName', generateName, prefixRule(rule));
  if (!name) causes.required('metadata.name', 'name or generateName is required');
  else checkName(causes, 'metadata.name', name, rule);
  // An object is put into the namespace of its request before it gets here.
  if (namespaced) {
    if (namespace) checkDnsLabel(causes, 'metadata.namespace', namespace);
  } else if (namespace) causes.forbidden('metadata.namespace', 'not allowed on this type');
}

const finalizersOf = (object: KubeObject): readonly string[] => (object.metadata.finalizers ?? []) as string[];

/** What an object that is made must have; a server asks it of some kinds that are changed, too. */
export function checkMetadata(causes: Causes, object: KubeObject, resource: Kind): void {
  const { group, kind } = resource;
  checkWhole(causes, object, resource, nameRules[group ? `${kind}.${group}` : kind] ?? dnsSubdomain);
  // Of events, the old group asks less.
  if (group || kind !== 'Event') checkShortFinalizers(causes, finalizersOf(object), group);
}

function checkWhole(causes: Causes, object: KubeObject, { namespaced }: Kind, rule: NameRule): void {
  checkNames(causes, object, namespaced, rule);
  checkCommon(causes, object);
  checkFinalizers(causes, finalizersOf(object));
  checkManagers(causes, listAt(object.metadata as Fields, 'managedFields'));
}

function checkShortFinalizers(causes: Causes, finalizers: readonly string[], group: string): void {
  if (!checksShortFinalizers(group)) return;
  for (const [index, finalizer] of finalizers.entries()) {
    checkKubeFinalizer(causes, `metadata.finalizers[${index}]`, finalizer);
  }
}

function checkCommon(causes: Causes, object: KubeObject): void {
  const { labels, annotations } = object.metadata;
  checkLabels(causes, 'metadata.labels', labels);
  checkAnnotations(causes, 'metadata.annotations', annotations);
  checkOwners(causes, listAt(object.metadata as Fields, 'ownerReferences'));
}

const keptFields = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const;

/**
 * What is asked of every object that is changed, before its kind's own rules; those ask much of it again,
 * and each cause is told as often as it is found.
 * Source: apiserver, pkg/registry/rest/update.go, validateCommonFields.
 */
export function checkChangedMetadata(causes: Causes, object: KubeObject, previous: KubeObject, resource: Kind): void {
  checkWhole(causes, object, resource, pathSegment);
  checkKept(causes, object, previous);
}

/** What an object that is changed must have, as the rules of its kind ask it. */
export function checkMetadataUpdate(causes: Causes, object: KubeObject, previous: KubeObject, resource: Kind): void {
  checkKept(causes, object, previous);
  checkShortFinalizers(causes, finalizersOf(object), resource.group);
}

function checkKept(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const [now, old] = [object.metadata, previous.metadata];
  if (old.deletionTimestamp) {
    const added = finalizersOf(object)
      .filter((one) => !old.finalizers?.includes(one))
      .sort();
    const names = added.map((one) => JSON.stringify(one)).join(', ');
    const detail = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${names}}`;
    if (added.length > 0) causes.forbidden('metadata.finalizers', detail);
  }
  for (const field of keptFields) {
    if (now[field] !== undefined) checkImmutable(causes, `metadata.${field}`, now[field], old[field], semanticEqual);
  }
  checkCommon(causes, object);
  checkManagers(causes, listAt(now as Fields, 'managedFields'));
}

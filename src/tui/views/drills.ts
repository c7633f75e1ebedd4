import type { KubeObject } from '../../api/meta.ts';
import { groupResource, type ResourceInfo } from '../../api/resource.ts';
import { KctlError } from '../../lib/errors.ts';
import { selectorOf } from '../../lib/label-selector.ts';
import type { ActionHost } from '../actions/action.ts';
import { backendKinds, backendsResource } from './local/related.ts';
import { rulesResource } from './local/rules.ts';
import { usedByResource } from './local/used-by.ts';
import type { NewTable, ObjectRef } from './view.ts';

/** Kinds whose pods a selector in `spec` finds, as most controllers have it. */
export const podOwners: readonly string[] = [
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'replicasets.apps',
  'jobs.batch',
  'services',
  'replicationcontrollers',
  'poddisruptionbudgets.policy',
];

/** The label selector of an object's pods. @throws KctlError when it selects none */
export function podSelector(object: KubeObject, selector = object['spec']?.selector): string {
  const plain = selector && !('matchLabels' in selector) && !('matchExpressions' in selector);
  const text = selector ? selectorOf(plain ? { matchLabels: selector } : selector).toString() : '';
  if (text === '') throw new KctlError('input', `${object.kind} ${object.metadata.name} selects no pods`);
  return text;
}

type Drill = (host: ActionHost, ref: ObjectRef) => NewTable | Promise<NewTable>;

const inNamespace = ({ namespace }: ObjectRef) => (namespace ? { namespace } : {});

/** `deploy/web`: whose parts a table shows, in its title. */
function ofText({ resource, name }: ObjectRef): string {
  return `${resource.singular || resource.plural}/${name}`;
}

/** One object in the table of its kind, where every key for it works. `from`: what led to it. */
export function tableOfOne(ref: ObjectRef, from?: ObjectRef): NewTable {
  return { resource: ref.resource, scope: { ...inNamespace(ref), name: ref.name }, of: ofText(from ?? ref) };
}

const resolve = (host: ActionHost, kind: string) => host.services.cluster.discovery.resolve(kind);
const read = (host: ActionHost, { resource, namespace, name }: ObjectRef) =>
  host.services.get(resource, namespace, name);

async function podsOf(host: ActionHost, ref: ObjectRef): Promise<NewTable> {
  const labelSelector = podSelector(await read(host, ref));
  return { resource: await resolve(host, 'pods'), scope: { ...inNamespace(ref), labelSelector }, of: ofText(ref) };
}

/** The pods that a policy is for; an empty selector is for all of its namespace. */
async function policyPods(host: ActionHost, ref: ObjectRef): Promise<NewTable> {
  const { spec } = await read(host, ref);
  const labelSelector = selectorOf(spec?.podSelector ?? {}).toString();
  const scope = { ...inNamespace(ref), ...(labelSelector && { labelSelector }) };
  return { resource: await resolve(host, 'pods'), scope, of: ofText(ref) };
}

async function scaleTarget(host: ActionHost, ref: ObjectRef): Promise<NewTable> {
  const { spec } = await read(host, ref);
  const { apiVersion = 'v1', kind = '', name = '' } = spec?.scaleTargetRef ?? {};
  const resource = await host.services.cluster.discovery.resolveKind(apiVersion, kind);
  return tableOfOne({ resource, namespace: ref.namespace, name }, ref);
}

async function claimOf(host: ActionHost, ref: ObjectRef): Promise<NewTable> {
  const { spec } = await read(host, ref);
  const { name, namespace } = spec?.claimRef ?? {};
  if (!name) throw new KctlError('input', `no claim has persistent volume ${ref.name}`);
  return tableOfOne({ resource: await resolve(host, 'persistentvolumeclaims'), namespace, name }, ref);
}

async function serviceOf(host: ActionHost, ref: ObjectRef): Promise<NewTable> {
  const { spec } = await read(host, ref);
  if (!spec?.service) throw new KctlError('input', `${ref.name} is served by the API server itself`);
  const { namespace, name } = spec.service;
  return tableOfOne({ resource: await resolve(host, 'services'), namespace, name }, ref);
}

/** A table of our own about the object. */
function localTable(resource: ResourceInfo): Drill {
  return (_, ref) => ({ resource, parent: ref, scope: {}, of: ofText(ref) });
}

const rules = localTable(rulesResource);

/** Where enter leads from a row of each kind; kinds that are not here are described. */
const drills: Readonly<Record<string, Drill>> = {
  ...Object.fromEntries(podOwners.map((kind) => [kind, podsOf])),
  ...Object.fromEntries(backendKinds.map((kind) => [kind, localTable(backendsResource)])),
  nodes: async (host, ref) => ({
    resource: await resolve(host, 'pods'),
    scope: { fieldSelector: `spec.nodeName=${ref.name}` },
    of: ofText(ref),
  }),
  'cronjobs.batch': async (host, ref) => ({
    resource: await resolve(host, 'jobs.batch'),
    scope: inNamespace(ref),
    ...(ref.uid ? { owner: ref.uid } : {}),
    of: ofText(ref),
  }),
  'customresourcedefinitions.apiextensions.k8s.io': async (host, ref) => ({ resource: await resolve(host, ref.name) }),
  'networkpolicies.networking.k8s.io': policyPods,
  'horizontalpodautoscalers.autoscaling': scaleTarget,
  persistentvolumeclaims: localTable(usedByResource),
  persistentvolumes: claimOf,
  'apiservices.apiregistration.k8s.io': serviceOf,
  serviceaccounts: rules,
  'roles.rbac.authorization.k8s.io': rules,
  'clusterroles.rbac.authorization.k8s.io': rules,
  'rolebindings.rbac.authorization.k8s.io': rules,
  'clusterrolebindings.rbac.authorization.k8s.io': rules,
};

export function drillOf(resource: ResourceInfo): Drill | undefined {
  return drills[groupResource(resource)];
}

/** Who uses an object, as a table. */
export const usersOf: (ref: ObjectRef) => NewTable = (ref) => ({
  resource: usedByResource,
  parent: ref,
  scope: {},
  of: ofText(ref),
});

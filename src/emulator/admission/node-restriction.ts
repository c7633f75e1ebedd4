import type { KubeObject } from '../../api/meta.ts';
import { jsonEqual } from '../registry/equal.ts';
import type { AdmissionPlugin, AdmissionRequest } from '../registry/machine.ts';
import { refusal } from './refuse.ts';

const NODES = 'system:nodes';
const PREFIX = 'system:node:';
const MIRROR = 'kubernetes.io/config.mirror';
const LEASES = 'kube-node-lease';

/** Labels in Kubernetes' domains that a kubelet may give its node, beside `kubelet.` and `node.` ones (KEP-279). */
const OWN_LABELS = new Set([
  'beta.kubernetes.io/arch',
  'beta.kubernetes.io/instance-type',
  'beta.kubernetes.io/os',
  'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'kubernetes.io/arch',
  'kubernetes.io/hostname',
  'kubernetes.io/os',
  'node.kubernetes.io/instance-type',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);

type Rule = (request: AdmissionRequest, node: string) => string | undefined;

/** Why a node may not do it, in the words of kubernetes, plugin/pkg/admission/noderestriction; by resource. */
const rules: Readonly<Record<string, Rule>> = {
  pods: podRule,
  nodes: nodeRule,
  persistentvolumeclaims: claimRule,
  serviceaccounts: tokenRule,
  'leases.coordination.k8s.io': leaseRule,
  'csinodes.storage.k8s.io': ({ name, object }, node) =>
    (name || object.metadata.name) === node
      ? undefined
      : 'can only access CSINode with the same name as the requesting node',
  'resourceslices.resource.k8s.io': ({ object }, node) =>
    object.spec?.nodeName === node
      ? undefined
      : 'can only create ResourceSlice with the same NodeName as the requesting node',
};

/** NodeRestriction: a node writes about itself and the pods that run on it, and about nothing else. */
export const nodeRestriction: AdmissionPlugin = {
  name: 'NodeRestriction',
  check(request) {
    const { user, resource } = request;
    if (!user.groups.includes(NODES)) return;
    const rule = rules[resource.storage];
    if (!rule) return;
    const node = user.name.startsWith(PREFIX) ? user.name.slice(PREFIX.length) : '';
    if (!node) throw refusal(request, `could not determine node from user ${JSON.stringify(user.name)}`);
    const fault = rule(request, node);
    if (fault) throw refusal(request, fault);
  },
};

function podRule(request: AdmissionRequest, node: string): string | undefined {
  const { operation, subresource, object, previous, name, namespace, machine } = request;
  const shown = JSON.stringify(node);
  if (subresource === undefined && operation === 'CREATE') return mirrorPodRule(object, shown, node);
  if (subresource === undefined && operation === 'DELETE') {
    if (object.spec?.nodeName === node) return undefined;
    return `node ${shown} can only delete pods with spec.nodeName set to itself`;
  }
  if (subresource === undefined)
    return `unexpected operation ${JSON.stringify(operation)}, node ${shown} can only create and delete mirror pods`;
  if (subresource === 'status') {
    if (previous?.spec?.nodeName !== node) {
      return `node ${shown} can only update pod status for pods with spec.nodeName set to itself`;
    }
    const same = jsonEqual(previous.metadata.labels ?? {}, object.metadata.labels ?? {});
    return same ? undefined : `node ${shown} cannot update labels through pod status`;
  }
  if (subresource === 'eviction') {
    const pod = machine.store.get('pods', namespace, name);
    if (!pod || pod.spec?.nodeName === node) return undefined;
    return `node ${shown} can only evict pods with spec.nodeName set to itself`;
  }
  return `unexpected pod subresource ${JSON.stringify(subresource)}, only 'status' and 'eviction' are allowed`;
}

function mirrorPodRule({ metadata, spec = {} }: KubeObject, shown: string, node: string): string | undefined {
  if (metadata.annotations?.[MIRROR] === undefined) {
    return `pod does not have "${MIRROR}" annotation, node ${shown} can only create mirror pods`;
  }
  if (spec.nodeName !== node) return `node ${shown} can only create pods with spec.nodeName set to itself`;
  if (spec.serviceAccountName) return `node ${shown} can not create pods that reference a service account`;
  const volumes = (spec.volumes ?? []) as Record<string, unknown>[];
  const claims = volumes.some(({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim || ephemeral);
  if (claims) return `node ${shown} can not create pods that reference persistentvolumeclaims`;
  if (volumes.some(({ secret }) => secret)) return `node ${shown} can not create pods that reference secrets`;
  if (volumes.some(({ configMap }) => configMap)) return `node ${shown} can not create pods that reference configmaps`;
  return undefined;
}

function isForbiddenLabel(label: string): boolean {
  if (OWN_LABELS.has(label)) return false;
  const domain = label.includes('/') ? label.slice(0, label.indexOf('/')) : '';
  if (domain === 'node-restriction.kubernetes.io' || domain.endsWith('.node-restriction.kubernetes.io')) return true;
  const within = (suffix: string) => domain === suffix || domain.endsWith(`.${suffix}`);
  if (!within('kubernetes.io') && !within('k8s.io')) return false;
  return !within('kubelet.kubernetes.io') && !within('node.kubernetes.io');
}

function nodeRule(request: AdmissionRequest, node: string): string | undefined {
  const { operation, object, previous, subresource } = request;
  const name = request.name || (object.metadata.name ?? '');
  const shown = JSON.stringify(node);
  if (name !== node) return `node ${shown} is not allowed to modify node ${JSON.stringify(name)}`;
  const labels = object.metadata.labels ?? {};
  if (operation === 'CREATE') {
    const forbidden = Object.keys(labels).filter(isForbiddenLabel).sort();
    if (forbidden.length > 0) {
      return `node ${shown} is not allowed to set the following labels: ${forbidden.join(', ')}`;
    }
    const { ownerReferences } = object.metadata;
    return ownerReferences?.length ? `node ${shown} is not allowed to modify metadata.ownerReferences` : undefined;
  }
  if (operation !== 'UPDATE' || !previous) return undefined;
  if (!jsonEqual(object.spec?.taints ?? [], previous.spec?.taints ?? [])) {
    return `node ${shown} is not allowed to modify taints`;
  }
  if (!jsonEqual(object.metadata.ownerReferences ?? [], previous.metadata.ownerReferences ?? [])) {
    return `node ${shown} is not allowed to modify metadata.ownerReferences`;
  }
  const before = previous.metadata.labels ?? {};
  const changed = [...new Set([...Object.keys(labels), ...Object.keys(before)])]
    .filter((label) => labels[label] !== before[label] && isForbiddenLabel(label))
    .sort();
  if (changed.length > 0 && !subresource) return `is not allowed to modify labels: ${changed.join(', ')}`;
  return undefined;
}

function claimRule({ subresource, operation }: AdmissionRequest, node: string): string | undefined {
  if (operation !== 'UPDATE') return `unexpected operation ${JSON.stringify(operation)}`;
  return subresource === 'status' ? undefined : `node ${JSON.stringify(node)} may only update PVC status`;
}

function leaseRule(request: AdmissionRequest, node: string): string | undefined {
  const name = request.name || request.object.metadata.name;
  if (request.namespace !== LEASES) return `can only access leases in the "${LEASES}" system namespace`;
  return name === node ? undefined : 'can only access node lease with the same name as the requesting node';
}

/** A node gets tokens for the pods that run on it. */
function tokenRule(
  { operation, subresource, object, namespace, machine }: AdmissionRequest,
  node: string,
): string | undefined {
  if (operation !== 'CREATE' || subresource !== 'token') return undefined;
  const bound = object.spec?.boundObjectRef as
    | { kind?: string; apiVersion?: string; name?: string; uid?: string }
    | undefined;
  if (bound?.kind !== 'Pod' || (bound.apiVersion ?? 'v1') !== 'v1' || !bound.name) {
    return 'node requested token not bound to a pod';
  }
  if (!bound.uid) return 'node requested token with a pod binding without a uid';
  const pod = machine.store.get('pods', namespace, bound.name);
  if (!pod) return undefined;
  if (pod.metadata.uid !== bound.uid) {
    return `the UID in the bound object reference (${bound.uid}) does not match the UID in record. The object might have been deleted and then recreated`;
  }
  return pod.spec?.nodeName === node ? undefined : 'node requested token bound to a pod scheduled on a different node';
}

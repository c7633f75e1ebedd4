import type { KubeObject } from '../../api/meta.ts';
import { coversResource, type PolicyRule } from '../../api/rbac.ts';
import type { UserInfo } from '../registry/machine.ts';
import type { Store } from '../storage/store.ts';

/** What is asked of the node authorizer; as Attributes of ../server/authorize.ts. */
interface Question {
  verb: string;
  group?: string;
  resource?: string;
  subresource?: string;
  namespace?: string;
  name?: string;
  path?: string;
}

type Answer = { allowed: true } | { allowed: false; reason: string };

const PREFIX = 'system:node:';
const READ = ['get', 'list', 'watch'];
const yes: Answer = { allowed: true };
const no = (reason: string): Answer => ({ allowed: false, reason });

/** Fields of a pod that name an object of its namespace, by resource. */
const references: Readonly<Record<string, (pod: KubeObject) => (string | undefined)[]>> = {
  secrets: (pod) => namesIn(pod, 'secretRef', 'secretKeyRef', 'secret', 'imagePullSecrets'),
  configmaps: (pod) => namesIn(pod, 'configMapRef', 'configMapKeyRef', 'configMap'),
  persistentvolumeclaims: (pod) => namesIn(pod, 'persistentVolumeClaim'),
  serviceaccounts: (pod) => [pod['spec']?.serviceAccountName],
};

/** Names under members called one of `fields`, anywhere in the pod's spec. */
function namesIn(pod: KubeObject, ...fields: string[]): (string | undefined)[] {
  const names: (string | undefined)[] = [];
  const look = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    for (const [name, inner] of Object.entries(value)) {
      if (fields.includes(name)) {
        for (const one of [inner].flat() as Record<string, string>[]) {
          names.push(one?.name, one?.secretName, one?.claimName);
        }
      }
      look(inner);
    }
  };
  look(pod['spec']);
  return names;
}

function refersTo(store: Store, node: string, { resource = '', namespace, name = '' }: Question): boolean {
  return store
    .list('pods', namespace)
    .some((pod) => pod['spec']?.nodeName === node && references[resource]!(pod).includes(name));
}

/** A volume that a claim of one of the node's pods is bound to. */
function usesVolume(store: Store, node: string, name: string): boolean {
  return store.list('persistentvolumeclaims').some((claim) => {
    const { namespace = '', name: own = '' } = claim.metadata;
    const asked = { verb: 'get', resource: 'persistentvolumeclaims', namespace, name: own };
    return claim['spec']?.volumeName === name && refersTo(store, node, asked);
  });
}

const unrelated = (node: string): Answer => no(`no relationship found between node '${node}' and this object`);

/** What belongs to the node by name, or to its pods (plugin/pkg/auth/authorizer/node). By `group/resource`. */
const special: Readonly<Record<string, (store: Store, node: string, asked: Question) => Answer>> = {
  '/secrets': readReferenced,
  '/configmaps': readReferenced,
  '/persistentvolumeclaims': (store, node, asked) =>
    asked.subresource === 'status' && ['get', 'update', 'patch'].includes(asked.verb)
      ? related(store, node, asked)
      : readReferenced(store, node, asked),
  '/persistentvolumes': (store, node, { verb, name, subresource }) => {
    if (verb !== 'get' || subresource) return no('can only get individual resources of this type');
    return name && usesVolume(store, node, name) ? yes : unrelated(node);
  },
  '/serviceaccounts': (store, node, asked) => {
    if (asked.verb === 'get' && !asked.subresource) return related(store, node, asked);
    if (asked.verb !== 'create' || asked.subresource !== 'token')
      return no('can only create tokens for individual service accounts');
    return related(store, node, asked);
  },
  'coordination.k8s.io/leases': (_store, node, { verb, namespace, name }) => {
    if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb)) {
      return no('can only get, create, update, patch, or delete a node lease');
    }
    if (namespace !== 'kube-node-lease') return no('can only access leases in the "kube-node-lease" system namespace');
    return verb === 'create' || name === node
      ? yes
      : no('can only access node lease with the same name as the requesting node');
  },
  'storage.k8s.io/csinodes': (_store, node, { verb, name, subresource }) => {
    if (subresource) return no('cannot authorize CSINode subresources');
    if (!['get', 'create', 'update', 'patch', 'delete'].includes(verb)) {
      return no('can only get, create, update, patch, or delete a CSINode');
    }
    return verb === 'create' || name === node
      ? yes
      : no('can only access CSINode with the same name as the requesting node');
  },
};

function related(store: Store, node: string, asked: Question): Answer {
  if (!asked.name) return no('No Object name found');
  return refersTo(store, node, asked) ? yes : unrelated(node);
}

function readReferenced(store: Store, node: string, asked: Question): Answer {
  if (!READ.includes(asked.verb)) return no('can only read resources of this type');
  if (asked.subresource) return no('cannot read subresource');
  if (!asked.namespace) return no('can only read namespaced object of this type');
  return related(store, node, asked);
}

/** Undefined where the user is no node: then others decide. */
export function nodeAnswer(store: Store, user: UserInfo, asked: Question): Answer | undefined {
  if (!user.name.startsWith(PREFIX) || !user.groups.includes('system:nodes')) return undefined;
  if (asked.path !== undefined) return undefined;
  const node = user.name.slice(PREFIX.length);
  const { group = '', resource = '', subresource, verb } = asked;
  const rule = special[`${group}/${resource}`];
  if (rule) return rule(store, node, asked);
  const rules = (store.get('clusterroles.rbac.authorization.k8s.io', undefined, 'system:node')?.['rules'] ??
    []) as PolicyRule[];
  const full = subresource ? `${resource}/${subresource}` : resource;
  const allowed = rules.some(
    (one) => one.verbs.includes(verb) && one.apiGroups?.includes(group) && coversResource(one.resources, full),
  );
  return allowed ? yes : undefined;
}

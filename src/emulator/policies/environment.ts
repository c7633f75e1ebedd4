import type { KubeObject } from '../../api/meta.ts';
import {
  AUTHORIZER,
  authorizerValue,
  BOOL,
  type CelAuthorizer,
  type CelEnvironment,
  type CelType,
  DYN,
  INT,
  listOf,
  mapOf,
  objectType,
  RESOURCE_CHECK,
  requestResourceValue,
  STRING,
  TIMESTAMP,
} from '../../cel/index.ts';
import type { ServedResource } from '../registry/catalog.ts';
import type { AdmissionRequest, UserInfo } from '../registry/machine.ts';
import { isAllowed } from '../server/authorize.ts';
import { namespaceOf } from '../webhooks/matching.ts';
import { objectAt, reviewRequest } from '../webhooks/review.ts';

const KIND = objectType('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING });
const RESOURCE = objectType('kubernetes.GroupVersionResource', { group: STRING, version: STRING, resource: STRING });
const USER = objectType('kubernetes.UserInfo', {
  username: STRING,
  uid: STRING,
  groups: listOf(STRING),
  extra: mapOf(STRING, listOf(STRING)),
});

/** admission.k8s.io/v1 AdmissionRequest as expressions see it: without the objects, which have variables of their own. */
const REQUEST = objectType('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: BOOL,
  options: DYN,
});

const NAMESPACE = objectType('kubernetes.Namespace', {
  metadata: objectType('kubernetes.NamespaceMetadata', {
    name: STRING,
    generateName: STRING,
    namespace: STRING,
    labels: mapOf(STRING, STRING),
    annotations: mapOf(STRING, STRING),
    UID: STRING,
    creationTimestamp: TIMESTAMP,
    deletionGracePeriodSeconds: INT,
    deletionTimestamp: TIMESTAMP,
    generation: INT,
    resourceVersion: STRING,
    finalizers: listOf(STRING),
  }),
  spec: objectType('kubernetes.NamespaceSpec', { finalizers: listOf(STRING) }),
  status: objectType('kubernetes.NamespaceStatus', { phase: STRING }),
});

export interface EnvironmentOptions {
  /** The type of `object` and `oldObject`: DYN unless a policy's types are checked. */
  object?: CelType;
  /** Set where a policy has parameters. */
  params?: CelType;
  /** `variables.x`, by name; those that are declared so far. */
  variables?: Readonly<Record<string, CelType>>;
  /** False for expressions that may not ask who may do what. */
  authorizer?: boolean;
  construct?: CelEnvironment['construct'];
  jsonPatch?: boolean;
}

/** What expressions of policies and match conditions may name (apiserver, admission/plugin/cel). */
export function admissionEnvironment(options: EnvironmentOptions = {}): CelEnvironment {
  const { object = DYN, params, variables, authorizer = true, construct, jsonPatch } = options;
  return {
    variables: {
      object,
      oldObject: object,
      request: REQUEST,
      namespaceObject: NAMESPACE,
      ...(params ? { params } : {}),
      ...(variables ? { variables: objectType('kubernetes.variables', variables) } : {}),
      ...(authorizer ? { authorizer: AUTHORIZER, 'authorizer.requestResource': RESOURCE_CHECK } : {}),
    },
    ...(construct ? { construct } : {}),
    ...(jsonPatch ? { jsonPatch } : {}),
  };
}

/** Answers `authorizer` by RBAC, for the user of the request. */
function authorizerOf(request: AdmissionRequest): CelAuthorizer {
  const { machine, user, resource, subresource, name } = request;
  const namespace = namespaceOf(request);
  return {
    check(question) {
      const { serviceAccount, path, verb } = question;
      const asked = serviceAccount ? accountUser(serviceAccount) : user;
      const attributes = path === undefined ? { ...definedOf(question), verb } : { verb, path };
      return { allowed: isAllowed(machine.store, asked, attributes) };
    },
    request: {
      group: resource.group,
      resource: resource.plural,
      ...(subresource ? { subresource } : {}),
      ...(namespace ? { namespace } : {}),
      ...(name ? { name } : {}),
    },
  };
}

function definedOf(question: Parameters<CelAuthorizer['check']>[0]) {
  const { group, resource, subresource, namespace, name } = question;
  const given = Object.entries({ group, resource, subresource, namespace, name }).filter(([, value]) => value);
  return Object.fromEntries(given) as Record<string, string>;
}

const accountUser = ({ namespace, name }: { namespace: string; name: string }): UserInfo => ({
  name: `system:serviceaccount:${namespace}:${name}`,
  groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
});

/** Values of those variables for one request. */
export function admissionBindings(request: AdmissionRequest, matched: ServedResource): Record<string, unknown> {
  const { object: _object, oldObject: _old, userInfo, ...told } = reviewRequest(request, matched, '');
  const { operation, object, previous, machine } = request;
  // A Namespace is in no namespace of its own here (policy/validating/dispatcher.go).
  const namespace = request.namespace ?? '';
  const authorizer = authorizerOf(request);
  return {
    object: operation === 'DELETE' ? null : (objectAt(request, object, matched) ?? null),
    oldObject: objectAt(request, previous, matched) ?? null,
    request: { ...told, userInfo },
    namespaceObject: () =>
      shownNamespace(namespace ? machine.store.get('namespaces', undefined, namespace) : undefined),
    authorizer: () => authorizerValue(authorizer),
    'authorizer.requestResource': () => requestResourceValue(authorizer),
  };
}

function shownNamespace(namespace: KubeObject | undefined): unknown {
  if (!namespace) return null;
  const { uid, ...metadata } = namespace.metadata;
  return { metadata: { ...metadata, UID: uid }, spec: namespace.spec ?? {}, status: namespace.status ?? {} };
}

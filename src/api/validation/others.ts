import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import {
  checkCountOrPercent,
  checkName,
  checkNotNegative,
  checkOneOf,
  checkPort,
  checkPortOrName,
  type Fields,
  isMissing,
  listAt,
} from './checks.ts';
import { dns1035Label, dnsSubdomain, wildcardSubdomain } from './names.ts';

/** Kinds outside core, apps and batch. Sources: the validation of each group under Kubernetes pkg/apis. */

function checkBackend(causes: Causes, path: string, backend: Fields | undefined): void {
  if (!backend?.service && !backend?.resource) {
    causes.required(path, 'resource or service backend is required');
    return;
  }
  const { service, resource } = backend;
  if (service && resource) {
    causes.invalid(path, '', 'cannot set both resource and service backends');
    return;
  }
  if (!service) return;
  if (isMissing(service.name)) causes.required(`${path}.service.name`);
  else checkName(causes, `${path}.service.name`, service.name, dns1035Label);
  if (service.port?.number) checkPort(causes, `${path}.service.port.number`, service.port.number);
  else if (isMissing(service.port?.name)) causes.required(`${path}.service.port`, 'port name or number is required');
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

function checkIngressPath(causes: Causes, at: string, { path, pathType, backend }: Fields): void {
  if (isMissing(pathType)) causes.required(`${at}.pathType`, 'pathType must be specified');
  else if (!pathTypes.includes(pathType)) causes.notSupported(`${at}.pathType`, pathType, pathTypes);
  else if (pathType !== 'ImplementationSpecific' || !isMissing(path)) {
    if (!String(path ?? '').startsWith('/')) causes.invalid(`${at}.path`, path ?? '', 'must be an absolute path');
  }
  checkBackend(causes, `${at}.backend`, backend);
}

export function checkIngress(causes: Causes, object: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  const rules = listAt(spec, 'rules');
  if (rules.length === 0 && !spec.defaultBackend) {
    causes.invalid('spec', spec, 'either `defaultBackend` or `rules` must be specified');
  }
  if (spec.defaultBackend) checkBackend(causes, 'spec.defaultBackend', spec.defaultBackend);
  for (const [index, rule] of rules.entries()) {
    const at = `spec.rules[${index}]`;
    if (!isMissing(rule.host)) {
      checkName(causes, `${at}.host`, rule.host, String(rule.host).includes('*') ? wildcardSubdomain : dnsSubdomain);
    }
    if (!rule.http) continue;
    const paths = listAt(rule.http, 'paths');
    if (paths.length === 0) causes.required(`${at}.http.paths`);
    for (const [position, path] of paths.entries()) checkIngressPath(causes, `${at}.http.paths[${position}]`, path);
  }
}

export function checkNetworkPolicy(causes: Causes, object: KubeObject): void {
  for (const way of ['ingress', 'egress']) {
    for (const [index, rule] of listAt(object.spec, way).entries()) {
      for (const [position, port] of listAt(rule, 'ports').entries()) {
        const at = `spec.${way}[${index}].ports[${position}]`;
        checkOneOf(causes, `${at}.protocol`, port.protocol, ['SCTP', 'TCP', 'UDP']);
        if (port.port !== undefined) checkPortOrName(causes, `${at}.port`, port.port);
      }
      checkPeers(
        causes,
        `spec.${way}[${index}].${way === 'ingress' ? 'from' : 'to'}`,
        listAt(rule, way === 'ingress' ? 'from' : 'to'),
      );
    }
  }
  const types = (object.spec?.policyTypes ?? []) as string[];
  if (types.length > 2) causes.invalid('spec.policyTypes', types, 'may not specify more than two policyTypes');
  for (const [index, type] of types.entries())
    checkOneOf(causes, `spec.policyTypes[${index}]`, type, ['Egress', 'Ingress']);
}

function checkPeers(causes: Causes, path: string, peers: readonly Fields[]): void {
  for (const [index, { podSelector, namespaceSelector, ipBlock }] of peers.entries()) {
    const at = `${path}[${index}]`;
    if (!podSelector && !namespaceSelector && !ipBlock) causes.required(at, 'must specify a peer');
    else if (ipBlock && (podSelector || namespaceSelector))
      causes.forbidden(at, 'may not specify both ipBlock and another peer');
    if (ipBlock && isMissing(ipBlock.cidr)) causes.required(`${at}.ipBlock.cidr`);
  }
}

/** `isNamespaced`: a Role cannot grant what is in no namespace. */
const checkRules =
  (isNamespaced: boolean) =>
  (causes: Causes, object: KubeObject): void => {
    for (const [index, rule] of listAt(object, 'rules').entries()) {
      const at = `rules[${index}]`;
      const urls = rule.nonResourceURLs as string[] | undefined;
      if (!rule.verbs?.length) causes.required(`${at}.verbs`, 'verbs must contain at least one value');
      if (urls?.length) {
        if (isNamespaced)
          causes.invalid(`${at}.nonResourceURLs`, urls, 'namespaced rules cannot apply to non-resource URLs');
        if (rule.apiGroups?.length || rule.resources?.length || rule.resourceNames?.length) {
          causes.invalid(
            `${at}.nonResourceURLs`,
            urls,
            'rules cannot apply to both regular resources and non-resource URLs',
          );
        }
        continue;
      }
      if (!rule.apiGroups?.length)
        causes.required(`${at}.apiGroups`, 'resource rules must supply at least one api group');
      if (!rule.resources?.length)
        causes.required(`${at}.resources`, 'resource rules must supply at least one resource');
    }
  };

export const checkRole = checkRules(true);
export const checkClusterRole = checkRules(false);

const rbacGroup = 'rbac.authorization.k8s.io';

/** `kinds`: what the binding may refer to. */
const checkBinding =
  (kinds: readonly string[]) =>
  (causes: Causes, object: KubeObject, previous: KubeObject | undefined): void => {
    const ref: Fields = object.roleRef ?? {};
    checkOneOf(causes, 'roleRef.apiGroup', ref.apiGroup ?? '', [rbacGroup]);
    checkOneOf(causes, 'roleRef.kind', ref.kind ?? '', kinds);
    if (isMissing(ref.name)) causes.required('roleRef.name');
    for (const [index, subject] of listAt(object, 'subjects').entries()) {
      const at = `subjects[${index}]`;
      if (isMissing(subject.name)) causes.required(`${at}.name`);
      checkOneOf(causes, `${at}.kind`, subject.kind ?? '', ['Group', 'ServiceAccount', 'User']);
      if (subject.kind === 'ServiceAccount') {
        if (!isMissing(subject.name)) checkName(causes, `${at}.name`, subject.name, dnsSubdomain);
        // A RoleBinding's own namespace does for an account without one; a ClusterRoleBinding has none.
        if (isMissing(subject.namespace) && !kinds.includes('Role')) causes.required(`${at}.namespace`);
        checkOneOf(causes, `${at}.apiGroup`, subject.apiGroup ?? '', ['']);
      } else checkOneOf(causes, `${at}.apiGroup`, subject.apiGroup ?? '', [rbacGroup]);
    }
    if (previous && !isDeepStrictEqual(previous.roleRef, object.roleRef)) {
      const [group, kind, name] = [ref.apiGroup, ref.kind, ref.name].map((part) => JSON.stringify(part));
      const message = `Invalid value: rbac.RoleRef{APIGroup:${group}, Kind:${kind}, Name:${name}}: cannot change roleRef`;
      causes.list.push({ reason: 'FieldValueInvalid', message, field: 'roleRef' });
    }
  };

export const checkRoleBinding = checkBinding(['ClusterRole', 'Role']);
export const checkClusterRoleBinding = checkBinding(['ClusterRole']);

export function checkAutoscaler(causes: Causes, object: KubeObject): void {
  const { minReplicas, maxReplicas, scaleTargetRef } = (object.spec ?? {}) as Fields;
  if (typeof minReplicas === 'number' && minReplicas < 1) {
    causes.invalid('spec.minReplicas', minReplicas, 'must be greater than or equal to 1');
  }
  if (!(maxReplicas >= 1)) causes.invalid('spec.maxReplicas', maxReplicas ?? 0, 'must be greater than 0');
  else if (maxReplicas < (minReplicas ?? 1)) {
    causes.invalid('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`');
  }
  for (const field of ['kind', 'name']) {
    if (isMissing(scaleTargetRef?.[field])) causes.required(`spec.scaleTargetRef.${field}`);
  }
}

export function checkDisruptionBudget(causes: Causes, object: KubeObject): void {
  const { minAvailable, maxUnavailable } = (object.spec ?? {}) as Fields;
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    causes.invalid('spec', object.spec, 'minAvailable and maxUnavailable cannot be both set');
  }
  checkCountOrPercent(causes, 'spec.minAvailable', minAvailable);
  checkCountOrPercent(causes, 'spec.maxUnavailable', maxUnavailable);
}

export function checkScale(causes: Causes, object: KubeObject): void {
  if (!object.metadata.namespace) causes.required('metadata.namespace');
  checkNotNegative(causes, 'spec.replicas', object.spec?.replicas);
}

const highestUserPriority = 1_000_000_000;

export function checkPriorityClass(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  if (object.value > highestUserPriority && !object.metadata.name?.startsWith('system-')) {
    const detail = `maximum allowed value of a user defined priority is ${highestUserPriority}`;
    causes.forbidden('value', detail);
  }
  if (previous && previous.value !== object.value) causes.forbidden('value', 'may not be changed in an update.');
}

export function checkStorageClass(causes: Causes, object: KubeObject): void {
  if (isMissing(object.provisioner)) causes.required('provisioner');
  checkOneOf(causes, 'reclaimPolicy', object.reclaimPolicy, ['Delete', 'Retain']);
  checkOneOf(causes, 'volumeBindingMode', object.volumeBindingMode, ['Immediate', 'WaitForFirstConsumer']);
}

import { asSent } from '../emptied.ts';
import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import {
  checkDnsLabel,
  checkImmutable,
  checkLabelSelector,
  checkName,
  checkOneOf,
  checkPort,
  checkRequired,
  checkSubdomain,
  type Fields,
  listAt,
} from './checks.ts';
import { semanticEqual } from './equal.ts';
import {
  checkAddress,
  checkNetwork,
  checkStrictNetwork,
  containsAddress,
  isAddress6,
  maskedAddress,
  parseNetwork,
  plainAddress,
} from './ips.ts';
import { dnsSubdomain, pathSegment, patternText, portName, wildcardSubdomain } from './names.ts';
import { checkBalancerName } from './services.ts';

/** Ingresses, network policies and what numbers services. Source: Kubernetes pkg/apis/networking/validation. */

function checkNamed(causes: Causes, at: string, ref: Fields, fields: readonly string[]): void {
  for (const field of fields) {
    if (checkRequired(causes, `${at}.${field}`, ref[field]))
      checkName(causes, `${at}.${field}`, ref[field], pathSegment);
  }
}

function checkBackend(causes: Causes, at: string, { service, resource }: Fields): void {
  if (service && resource) {
    causes.invalid(at, '', 'cannot set both resource and service backends');
    return;
  }
  if (resource) {
    if (typeof resource.apiGroup === 'string') checkSubdomain(causes, `${at}.resource.apiGroup`, resource.apiGroup);
    checkNamed(causes, `${at}.resource`, resource, ['kind', 'name']);
  } else if (service) {
    if (checkRequired(causes, `${at}.service.name`, service.name)) {
      checkDnsLabel(causes, `${at}.service.name`, service.name);
    }
    const { name, number } = service.port ?? {};
    if (name && number) causes.invalid(at, '', 'cannot set both port name & port number');
    else if (name) checkName(causes, `${at}.service.port.name`, name, portName);
    else if (number) checkPort(causes, `${at}.service.port.number`, number);
    else causes.required(at, 'port name or number is required');
  } else causes.invalid(at, '', 'resource or service backend is required');
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
const badSequences = ['//', '/./', '/../', '%2f', '%2F'];
const badEndings = ['/..', '/.'];

function checkIngressPath(causes: Causes, at: string, { path: value, pathType, backend = {} }: Fields): void {
  const path = String(value ?? '');
  if (pathType === undefined || pathType === null) {
    causes.required(`${at}.pathType`, 'pathType must be specified');
    return;
  }
  const isFree = pathType === 'ImplementationSpecific';
  if (!pathTypes.includes(pathType)) causes.notSupported(`${at}.pathType`, pathType, pathTypes);
  else if (!path.startsWith('/') && !(isFree && path === '')) {
    causes.invalid(`${at}.path`, path, 'must be an absolute path');
  }
  if (pathType === 'Exact' || pathType === 'Prefix') {
    for (const part of badSequences) {
      if (path.includes(part)) causes.invalid(`${at}.path`, path, `must not contain '${part}'`);
    }
    for (const end of badEndings) {
      if (path.endsWith(end)) causes.invalid(`${at}.path`, path, `cannot end with '${end}'`);
    }
  }
  checkBackend(causes, `${at}.backend`, backend);
}

const checkHost = (causes: Causes, path: string, host: string): boolean =>
  checkName(causes, path, host, host.includes('*') ? wildcardSubdomain : dnsSubdomain);

const classKey = 'kubernetes.io/ingress.class';

export function checkIngress(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  const rules = listAt(spec, 'rules');
  if (rules.length === 0 && !spec.defaultBackend) {
    causes.invalid('spec', asSent(spec, 'rules'), 'either `defaultBackend` or `rules` must be specified');
  }
  if (spec.defaultBackend) checkBackend(causes, 'spec.defaultBackend', spec.defaultBackend);
  for (const [index, rule] of rules.entries()) {
    const at = `spec.rules[${index}]`;
    if (rule.host) {
      const host = String(rule.host);
      if (plainAddress(host) !== undefined) {
        causes.invalid(`${at}.host`, host, 'must be a DNS name, not an IP address');
      }
      checkHost(causes, `${at}.host`, host);
    }
    if (!rule.http) continue;
    const paths = listAt(rule.http, 'paths');
    if (paths.length === 0) causes.required(`${at}.http.paths`);
    for (const [position, path] of paths.entries()) checkIngressPath(causes, `${at}.http.paths[${position}]`, path);
  }
  for (const [index, { hosts = [], secretName }] of listAt(spec, 'tls').entries()) {
    for (const [position, host] of hosts.entries()) checkHost(causes, `spec.tls[${index}].hosts[${position}]`, host);
    if (secretName) checkSubdomain(causes, `spec.tls[${index}].secretName`, secretName);
  }
  const name = spec.ingressClassName;
  if (name !== undefined) checkSubdomain(causes, 'spec.ingressClassName', name);
  const annotation = object.metadata.annotations?.[classKey];
  if (!previous && annotation !== undefined && name !== undefined && annotation !== name) {
    causes.invalid(`annotations.${classKey}`, annotation, 'must match `ingressClassName` when both are specified');
  }
}

export function checkIngressStatus(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const known = listAt(previous.status?.loadBalancer, 'ingress').map((one) => String(one.ip ?? ''));
  for (const [index, { ip, hostname }] of listAt(object.status?.loadBalancer, 'ingress').entries()) {
    const at = `status.loadBalancer.ingress[${index}]`;
    if (ip) checkAddress(causes, `${at}.ip`, ip, known);
    checkBalancerName(causes, `${at}.hostname`, hostname);
  }
}

const pathForm = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
const pathPattern = new RegExp(`^${pathForm}$`);

/** `example.com/path`. */
function checkDomainPath(causes: Causes, path: string, text: string): void {
  const slash = text.indexOf('/');
  if (text === '') causes.required(path);
  else if (slash <= 0 || slash === text.length - 1) {
    causes.invalid(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")');
  } else {
    checkName(causes, path, text.slice(0, slash), dnsSubdomain);
    const rest = text.slice(slash + 1);
    if (!pathPattern.test(rest)) causes.invalid(path, rest, patternText('Invalid path', pathForm));
  }
}

export function checkIngressClassUpdate(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const [now, old] = [object, previous].map(({ spec }) => spec?.controller ?? '');
  checkImmutable(causes, 'spec.controller', now, old, semanticEqual);
}

export function checkIngressClass(causes: Causes, object: KubeObject): void {
  const controller = String(object.spec?.controller ?? '');
  if (controller.length > 250) causes.tooLong('spec.controller', 250);
  checkDomainPath(causes, 'spec.controller', controller);
  const parameters = object.spec?.parameters as Fields | undefined;
  if (!parameters) return;
  const at = 'spec.parameters';
  if (typeof parameters.apiGroup === 'string') checkSubdomain(causes, `${at}.apiGroup`, parameters.apiGroup);
  checkNamed(causes, at, parameters, ['kind', 'name']);
  const { scope, namespace } = parameters;
  checkOneOf(causes, `${at}.scope`, scope, ['Cluster', 'Namespace']);
  if (scope === 'Namespace') {
    if (namespace === undefined) causes.required(`${at}.namespace`, "`parameters.scope` is set to 'Namespace'");
    else checkDnsLabel(causes, `${at}.namespace`, namespace);
  } else if (scope === 'Cluster' && namespace !== undefined) {
    causes.forbidden(`${at}.namespace`, "`parameters.scope` is set to 'Cluster'");
  }
}

function checkPolicyPort(causes: Causes, at: string, { protocol, port, endPort }: Fields): void {
  checkOneOf(causes, `${at}.protocol`, protocol, ['TCP', 'UDP', 'SCTP']);
  const refuse = (why: string): void =>
    causes.invalid(`${at}.endPort`, endPort, `may not be specified when \`port\` is ${why}`);
  if (port === undefined) {
    if (endPort !== undefined) refuse('not specified');
  } else if (typeof port === 'number') {
    checkPort(causes, `${at}.port`, port);
    if (endPort === undefined) return;
    if (endPort < port) causes.invalid(`${at}.endPort`, port, 'must be greater than or equal to `port`');
    checkPort(causes, `${at}.endPort`, endPort);
  } else {
    if (endPort !== undefined) refuse('non-numeric');
    checkName(causes, `${at}.port`, port, portName);
  }
}

function checkBlock(causes: Causes, at: string, { cidr, except = [] }: Fields, known: readonly string[]): void {
  if (!checkRequired(causes, `${at}.cidr`, cidr)) return;
  checkNetwork(causes, `${at}.cidr`, cidr, known);
  const outer = parseNetwork(cidr);
  if (!outer) return;
  for (const [index, text] of except.entries()) {
    checkNetwork(causes, `${at}.except[${index}]`, text, known);
    const inner = parseNetwork(text);
    if (!inner || (containsAddress(outer, maskedAddress(inner)) && inner.bits > outer.bits)) continue;
    causes.invalid(`${at}.except[${index}]`, text, 'must be a strict subset of `cidr`');
  }
}

function checkPeer(causes: Causes, at: string, peer: Fields, known: readonly string[]): void {
  const { podSelector, namespaceSelector, ipBlock } = peer;
  checkLabelSelector(causes, `${at}.podSelector`, podSelector);
  checkLabelSelector(causes, `${at}.namespaceSelector`, namespaceSelector);
  if (ipBlock) checkBlock(causes, `${at}.ipBlock`, ipBlock, known);
  if (!podSelector && !namespaceSelector && !ipBlock) causes.required(at, 'must specify a peer');
  else if (ipBlock && (podSelector || namespaceSelector)) {
    causes.forbidden(at, 'may not specify both ipBlock and another peer');
  }
}

const ways = [
  ['ingress', 'from'],
  ['egress', 'to'],
] as const;

const networksOf = (policy: KubeObject | undefined): string[] =>
  ways.flatMap(([way, peers]) =>
    listAt(policy?.spec, way).flatMap((rule) =>
      listAt(rule, peers).flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr, ...(ipBlock.except ?? [])] : [])),
    ),
  );

export function checkNetworkPolicy(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  const known = networksOf(previous);
  checkLabelSelector(causes, 'spec.podSelector', spec.podSelector);
  for (const [way, peers] of ways) {
    for (const [index, rule] of listAt(spec, way).entries()) {
      const at = `spec.${way}[${index}]`;
      for (const [position, port] of listAt(rule, 'ports').entries()) {
        checkPolicyPort(causes, `${at}.ports[${position}]`, port);
      }
      for (const [position, peer] of listAt(rule, peers).entries()) {
        checkPeer(causes, `${at}.${peers}[${position}]`, peer, known);
      }
    }
  }
  const types = (spec.policyTypes ?? []) as string[];
  if (types.length > 2) causes.invalid('spec.policyTypes', types, 'may not specify more than two policyTypes');
  else
    for (const [index, type] of types.entries())
      checkOneOf(causes, `spec.policyTypes[${index}]`, type, ['Ingress', 'Egress']);
}

export function checkIpAddress(causes: Causes, object: KubeObject): void {
  const ref = object.spec?.parentRef as Fields | undefined;
  if (ref) checkParent(causes, 'spec.parentRef', ref);
  else causes.required('spec.parentRef');
}

export function checkIpAddressUpdate(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const [ref, old] = [object, previous].map(({ spec }) => spec?.parentRef);
  checkImmutable(causes, 'spec.parentRef', ref, old, semanticEqual, '*networking.ParentReference');
}

function checkParent(causes: Causes, at: string, ref: Fields): void {
  if (ref.group) checkSubdomain(causes, `${at}.group`, ref.group);
  checkNamed(causes, at, ref, ['resource', 'name']);
  if (ref.namespace) checkName(causes, `${at}.namespace`, ref.namespace, pathSegment);
}

function checkCidrs(causes: Causes, cidrs: readonly string[]): void {
  const at = 'spec.cidrs';
  if (cidrs.length === 0) causes.required(at, 'at least one CIDR required');
  else if (cidrs.length > 2) {
    causes.invalid(at, { cidrs }, 'may only hold up to 2 values', 'networking.ServiceCIDRSpec');
  } else {
    for (const [index, text] of cidrs.entries()) checkStrictNetwork(causes, `${at}[${index}]`, text);
    const families = cidrs.filter((text) => parseNetwork(text)).map(isAddress6);
    if (families.length === 2 && families[0] === families[1]) {
      const detail = 'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64';
      causes.invalid(at, cidrs, detail);
    }
  }
}

export function checkServiceCidr(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const cidrs = (object.spec?.cidrs ?? []) as string[];
  if (!previous) {
    checkCidrs(causes, cidrs);
    return;
  }
  const old = (previous.spec?.cidrs ?? []) as string[];
  const fixed = 'field is immutable';
  if (old.length === cidrs.length || (old.length === 1 && cidrs.length === 2)) {
    for (const [index, text] of old.entries()) {
      if (text !== cidrs[index]) causes.invalid(`spec.cidrs[${index}]`, cidrs[index], fixed);
    }
    if (old.length !== cidrs.length) checkCidrs(causes, cidrs);
  } else causes.invalid('spec.cidrs', asSent(object.spec, 'cidrs'), fixed);
}

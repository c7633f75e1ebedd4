import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import {
  checkDnsLabel,
  checkLabels,
  checkName,
  checkOneOf,
  checkPort,
  checkPortOrName,
  checkSubdomain,
  checkWord,
  type Fields,
  isMissing,
  listAt,
} from './checks.ts';
import { protocols } from './containers.ts';
import { checkAddress, checkEndpointAddress, checkNetwork, isAddress6, plainAddress } from './ips.ts';
import { dnsSubdomain, qualifiedName } from './names.ts';

/** Services and endpoints. Source: Kubernetes pkg/apis/core/validation/validation.go. */

const isHeadless = ({ clusterIPs, clusterIP }: Fields): boolean =>
  clusterIPs ? clusterIPs.length === 1 && clusterIPs[0] === 'None' : clusterIP === 'None';

/** `clusterIP` alone is what old clients say; it is the first of `clusterIPs`. */
const addressesOf = ({ clusterIPs, clusterIP }: Fields): string[] => clusterIPs ?? (clusterIP ? [clusterIP] : []);

function checkServicePort(causes: Causes, at: string, port: Fields, needsName: boolean, names: Set<unknown>): void {
  if (isMissing(port.name)) {
    if (needsName) causes.required(`${at}.name`);
  } else {
    checkDnsLabel(causes, `${at}.name`, port.name);
    if (names.has(port.name)) causes.duplicate(`${at}.name`, port.name);
    names.add(port.name);
  }
  checkPort(causes, `${at}.port`, port.port);
  checkWord(causes, `${at}.protocol`, port.protocol, protocols);
  checkPortOrName(causes, `${at}.targetPort`, port.targetPort);
  if (port.appProtocol !== undefined) checkName(causes, `${at}.appProtocol`, port.appProtocol, qualifiedName);
}

const isExternal = ({ type, externalIPs }: Fields): boolean =>
  type === 'LoadBalancer' || type === 'NodePort' || (type === 'ClusterIP' && (externalIPs ?? []).length > 0);

function checkType(causes: Causes, spec: Fields): void {
  if (listAt(spec, 'ports').length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName') {
    causes.required('spec.ports');
  }
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(spec)) {
    causes.invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`);
  }
  if (spec.type !== 'ExternalName') return;
  const refuse = (field: string): void => causes.forbidden(`spec.${field}`, 'may not be set for ExternalName services');
  if (addressesOf(spec).length > 0) refuse('clusterIPs');
  if (listAt(spec, 'ipFamilies').length > 0) refuse('ipFamilies');
  if (spec.ipFamilyPolicy !== undefined) refuse('ipFamilyPolicy');
  const name = String(spec.externalName ?? '').replace(/\.$/, '');
  if (name) checkName(causes, 'spec.externalName', name, dnsSubdomain);
  else causes.required('spec.externalName');
}

function checkAffinity(causes: Causes, { sessionAffinity, sessionAffinityConfig }: Fields): void {
  checkWord(causes, 'spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']);
  const at = 'spec.sessionAffinityConfig';
  if (sessionAffinity === 'None' && sessionAffinityConfig) {
    causes.forbidden(at, 'must not be set when session affinity is None');
  }
  if (sessionAffinity !== 'ClientIP') return;
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (typeof seconds === 'number' && (seconds <= 0 || seconds > 86400)) {
    causes.invalid(`${at}.clientIP.timeoutSeconds`, seconds, 'must be greater than 0 and less than 86400');
  }
}

const families = ['IPv4', 'IPv6'];
const familyPolicies = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];

/** Addresses, families and their policy, as far as they can be judged by themselves. */
export function checkClusterAddresses(causes: Causes, spec: Fields, old: Fields | undefined): void {
  if (spec.type === 'ExternalName') return;
  const at = 'spec.clusterIPs';
  const list = addressesOf(spec);
  const ipFamilies = (spec.ipFamilies ?? []) as string[];
  if (spec.clusterIP && spec.clusterIPs) {
    if (list.length === 0) causes.required(at);
    else if (list[0] !== spec.clusterIP) causes.invalid(at, list, 'first value must match `clusterIP`');
  } else if (!spec.clusterIP && list.length > 0) {
    causes.invalid(at, list, 'must be empty when `clusterIP` is not specified');
  }
  for (const [index, family] of ipFamilies.entries()) {
    checkOneOf(causes, `spec.ipFamilies[${index}]`, family, families);
    if (ipFamilies.indexOf(family) < index) causes.duplicate(`spec.ipFamilies[${index}]`, family);
  }
  checkOneOf(causes, 'spec.ipFamilyPolicy', spec.ipFamilyPolicy, familyPolicies);
  let isSound = true;
  for (const [index, address] of list.entries()) {
    if (index === 0 && address === 'None') {
      if (list.length === 1) continue;
      causes.invalid(at, list, "'None' must be the first and only value");
      isSound = false;
    } else if (!checkAddress(causes, `${at}[${index}]`, address, old ? addressesOf(old) : [])) isSound = false;
  }
  if (list.length > 2) causes.invalid(at, list, 'may only hold up to 2 values');
  if (!isSound) return;
  if (list.length > 1 && new Set(list.map(isAddress6)).size === 1) {
    causes.invalid(at, list, 'may specify no more than one IP for each IP family');
  }
  if (isHeadless(spec)) return;
  for (const [index, address] of list.entries()) {
    const family = ipFamilies[index];
    if ((family !== 'IPv4' && family !== 'IPv6') || (family === 'IPv6') === isAddress6(address)) continue;
    const detail = `expected an ${family} value as indicated by \`ipFamilies[${index}]\``;
    causes.invalid(`${at}[${index}]`, address, detail);
  }
}

const rangesKey = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const onlyBalanced = "may only be used when `type` is 'LoadBalancer'";

function checkSourceRanges(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  const spec: Fields = object.spec ?? {};
  const ranges = (spec.loadBalancerSourceRanges ?? []) as string[];
  const text = object.metadata.annotations?.[rangesKey];
  const trim = (one: string): string => one.trim();
  if (ranges.length > 0) {
    const at = 'spec.LoadBalancerSourceRanges';
    if (spec.type !== 'LoadBalancer') causes.forbidden(at, onlyBalanced);
    const known = ((previous?.spec?.loadBalancerSourceRanges ?? []) as string[]).map(trim);
    for (const [index, one] of ranges.entries()) checkNetwork(causes, `${at}[${index}]`, trim(one), known);
  } else if (text !== undefined) {
    const at = `metadata.annotations[${rangesKey}]`;
    if (spec.type !== 'LoadBalancer') causes.forbidden(at, onlyBalanced);
    if (previous?.metadata.annotations?.[rangesKey] === text || text.trim() === '') return;
    for (const one of text.trim().split(',')) checkNetwork(causes, at, one.trim());
  }
}

function checkPorts(causes: Causes, spec: Fields): void {
  const ports = listAt(spec, 'ports');
  if (spec.type === 'ClusterIP') {
    for (const [index, port] of ports.entries()) {
      if (!port.nodePort) continue;
      causes.forbidden(`spec.ports[${index}].nodePort`, "may not be used when `type` is 'ClusterIP'");
    }
  }
  const nodePorts = new Set<string>();
  for (const [index, { protocol, nodePort }] of ports.entries()) {
    if (!nodePort) continue;
    const key = `${protocol}/${nodePort}`;
    if (nodePorts.has(key)) causes.duplicate(`spec.ports[${index}].nodePort`, nodePort);
    nodePorts.add(key);
  }
  const seen = new Set<string>();
  for (const [index, { protocol, port }] of ports.entries()) {
    const key = `${protocol}/${port}`;
    if (seen.has(key)) causes.duplicate(`spec.ports[${index}]`, { protocol, port }, undefined, 'core.ServicePort');
    seen.add(key);
  }
}

function checkBalancerClass(causes: Causes, { type, loadBalancerClass: name }: Fields): void {
  if (name === undefined) return;
  if (type === 'LoadBalancer') checkName(causes, 'spec.loadBalancerClass', name, qualifiedName);
  else causes.forbidden('spec.loadBalancerClass', onlyBalanced);
}

const trafficPolicies = ['Cluster', 'Local'];
const distributions = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];

/** The port of health checks is given out after validation, so only one that is asked for is looked at. */
function checkTraffic(causes: Causes, spec: Fields): void {
  const { externalTrafficPolicy: policy = '', healthCheckNodePort: port = 0, type } = spec;
  if (!isExternal(spec)) {
    const detail = 'may only be set for externally-accessible services';
    if (policy !== '') causes.invalid('spec.externalTrafficPolicy', policy, detail);
  } else checkWord(causes, 'spec.externalTrafficPolicy', policy, trafficPolicies);
  if (port !== 0) {
    if (type === 'LoadBalancer' && policy === 'Local') checkPort(causes, 'spec.healthCheckNodePort', port);
    else {
      const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
      causes.invalid('spec.healthCheckNodePort', port, detail);
    }
  }
  checkOneOf(causes, 'spec.internalTrafficPolicy', spec.internalTrafficPolicy, trafficPolicies);
  checkOneOf(causes, 'spec.trafficDistribution', spec.trafficDistribution, distributions);
}

const hintsKey = 'service.kubernetes.io/topology-aware-hints';
const modeKey = 'service.kubernetes.io/topology-mode';

export function checkService(causes: Causes, object: KubeObject, previous?: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  const { [hintsKey]: hints, [modeKey]: mode } = object.metadata.annotations ?? {};
  if (mode !== undefined && hints !== undefined && mode !== hints) {
    const detail = `must match annotations[${hintsKey}] when both are specified`;
    causes.invalid(`metadata.annotations[${modeKey}]`, mode, detail);
  }
  checkType(causes, spec);
  const ports = listAt(spec, 'ports');
  const names = new Set<unknown>();
  for (const [index, port] of ports.entries()) {
    checkServicePort(causes, `spec.ports[${index}]`, port, ports.length > 1, names);
  }
  checkLabels(causes, 'spec.selector', spec.selector);
  checkAffinity(causes, spec);
  checkClusterAddresses(causes, spec, previous?.spec);
  const known = (previous?.spec?.externalIPs ?? []) as string[];
  for (const [index, address] of ((spec.externalIPs ?? []) as string[]).entries()) {
    const at = `spec.externalIPs[${index}]`;
    if (checkAddress(causes, at, address, known)) checkEndpointAddress(causes, at, address);
  }
  checkWord(causes, 'spec.type', spec.type, ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']);
  checkPorts(causes, spec);
  checkSourceRanges(causes, object, previous);
  if (spec.allocateLoadBalancerNodePorts !== undefined && spec.type !== 'LoadBalancer') {
    causes.forbidden('spec.allocateLoadBalancerNodePorts', onlyBalanced);
  }
  checkBalancerClass(causes, spec);
  checkTraffic(causes, spec);
}

const fixed = 'may not change once set';

/** Lists of which the first item stays: addresses, and the families that go with them. */
function checkPrimary(causes: Causes, field: string, now: string[], old: string[], spec: Fields, what: string): void {
  const at = `spec.${field}`;
  if (old.length === now.length) {
    for (const [index, one] of old.entries()) {
      if (one !== now[index]) causes.invalid(`${at}[${field === 'clusterIPs' ? index : 0}]`, now, fixed);
    }
    return;
  }
  const shown = field === 'clusterIPs' ? now : addressesOf(spec);
  if (old.length > now.length && now.length === 0) causes.invalid(`${at}[0]`, now, `primary ${what} can not be unset`);
  if (old.length > 0 && now.length > 0 && now[0] !== old[0]) causes.invalid(`${at}[0]`, shown, fixed);
  if (old.length > now.length && now.length === 1 && spec.ipFamilyPolicy !== 'SingleStack') {
    const detail = `must be set to 'SingleStack' when releasing the secondary ${what}`;
    causes.invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, detail);
  }
}

/** What may not change in a service; asked before everything else. */
export function checkServiceUpdate(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  const old: Fields = previous.spec ?? {};
  const [headless, wasHeadless] = [isHeadless(spec), isHeadless(old)];
  if (spec.type !== 'ExternalName' && old.type !== 'ExternalName') {
    if (!headless || !wasHeadless) {
      checkPrimary(causes, 'clusterIPs', addressesOf(spec), addressesOf(old), spec, 'clusterIP');
    }
    if (!headless && !wasHeadless) {
      checkPrimary(causes, 'ipFamilies', spec.ipFamilies ?? [], old.ipFamilies ?? [], spec, 'ipFamily');
    }
  }
  if (spec.type === 'LoadBalancer' && old.type === 'LoadBalancer' && spec.loadBalancerClass !== old.loadBalancerClass) {
    causes.invalid('spec.loadBalancerClass', spec.loadBalancerClass, fixed);
  }
  checkBalancerClass(causes, spec);
  const needsCheck = (one: Fields): boolean => one.type === 'LoadBalancer' && one.externalTrafficPolicy === 'Local';
  if (needsCheck(spec) && needsCheck(old) && (spec.healthCheckNodePort ?? 0) !== (old.healthCheckNodePort ?? 0)) {
    causes.forbidden('spec.healthCheckNodePort', 'field is immutable');
  }
}

/** Where a load balancer or an ingress is reached. `isBalanced`: there can be such addresses at all. */
function checkBalancer(causes: Causes, status: Fields, old: Fields, isBalanced: boolean): void {
  const list = listAt(status.loadBalancer, 'ingress');
  const path = 'status.loadBalancer.ingress';
  if (!isBalanced && list.length > 0) {
    causes.forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'");
    return;
  }
  const known = listAt(old.loadBalancer, 'ingress').map((one) => String(one.ip ?? ''));
  for (const [index, { ip, ipMode, hostname }] of list.entries()) {
    const at = `${path}[${index}]`;
    if (ip) checkAddress(causes, `${at}.ip`, ip, known);
    if (ipMode === undefined) {
      if (ip) causes.required(`${at}.ipMode`, 'must be specified when `ip` is set');
    } else if (!ip) causes.forbidden(`${at}.ipMode`, 'may not be specified when `ip` is not set');
    else checkOneOf(causes, `${at}.ipMode`, ipMode, ['Proxy', 'VIP']);
    checkBalancerName(causes, `${at}.hostname`, hostname);
  }
}

export function checkBalancerName(causes: Causes, path: string, hostname: unknown): void {
  if (!hostname) return;
  checkSubdomain(causes, path, hostname);
  if (plainAddress(String(hostname)) !== undefined) {
    causes.invalid(path, hostname, 'must be a DNS name, not an IP address');
  }
}

export const checkServiceStatus = (causes: Causes, object: KubeObject, previous: KubeObject): void =>
  checkBalancer(causes, object.status ?? {}, previous.status ?? {}, object.spec?.type === 'LoadBalancer');

export function checkEndpoints(causes: Causes, object: KubeObject): void {
  for (const [index, subset] of listAt(object, 'subsets').entries()) {
    const at = `subsets[${index}]`;
    const [ready, others] = [listAt(subset, 'addresses'), listAt(subset, 'notReadyAddresses')];
    if (ready.length + others.length === 0) causes.required(at, 'must specify `addresses` or `notReadyAddresses`');
    for (const field of ['addresses', 'notReadyAddresses']) {
      for (const [position, address] of listAt(subset, field).entries()) {
        checkEndpoint(causes, `${at}.${field}[${position}]`, address);
      }
    }
    const ports = listAt(subset, 'ports');
    for (const [position, port] of ports.entries()) {
      const path = `${at}.ports[${position}]`;
      if (port.name) checkDnsLabel(causes, `${path}.name`, port.name);
      else if (ports.length > 1) causes.required(`${path}.name`);
      checkPort(causes, `${path}.port`, port.port);
      checkWord(causes, `${path}.protocol`, port.protocol, protocols);
      if (port.appProtocol !== undefined) checkName(causes, `${path}.appProtocol`, port.appProtocol, qualifiedName);
    }
  }
}

function checkEndpoint(causes: Causes, at: string, { ip = '', hostname, nodeName }: Fields): void {
  checkAddress(causes, `${at}.ip`, ip);
  if (hostname) checkDnsLabel(causes, `${at}.hostname`, hostname);
  if (nodeName !== undefined) checkSubdomain(causes, `${at}.nodeName`, nodeName);
  checkEndpointAddress(causes, `${at}.ip`, ip);
}

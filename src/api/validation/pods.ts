import { compareQuantities, parseQuantity } from '../../lib/quantity.ts';
import { containerSum } from '../container-sum.ts';
import { emptiedAt } from '../emptied.ts';
import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import {
  between,
  checkAnnotations,
  checkDnsLabel,
  checkLabels,
  checkName,
  checkRequired,
  checkSubdomain,
  checkWord,
  type Fields,
  isMissing,
  listAt,
} from './checks.ts';
import { checkClaimTemplate } from './claims.ts';
import {
  checkAppContainers,
  checkEphemeralContainers,
  checkImagePadding,
  checkInitContainers,
  type PodContext,
} from './containers.ts';
import { checkAddress } from './ips.ts';
import { dnsLabel, looseSubdomain, qualifiedName } from './names.ts';
import {
  checkHostProcess,
  checkHostUsers,
  checkPodAnnotations,
  checkPodSecurity,
  checkProfilesAgree,
  checkSystem,
  containersOf,
} from './pod-security.ts';
import { checkResources, isHugePages } from './resources.ts';
import { checkAffinity, checkSpread, checkTolerations } from './scheduling-rules.ts';
import { checkVolumes } from './volumes.ts';

/** Pods and pod templates. Source: Kubernetes pkg/apis/core/validation/validation.go. */

const restartPolicies = ['Always', 'OnFailure', 'Never'];
const dnsPolicies = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];
const preemptionPolicies = ['PreemptLowerPriority', 'Never'];

function checkPodClaims(causes: Causes, path: string, claims: readonly Fields[]): void {
  const names = new Set<string>();
  for (const [index, claim] of claims.entries()) {
    const at = `${path}[${index}]`;
    if (isMissing(claim.name)) causes.required(`${at}.name`);
    else if (names.has(claim.name)) causes.duplicate(`${at}.name`, claim.name);
    else {
      checkName(causes, `${at}.name`, claim.name, dnsLabel);
      names.add(claim.name);
    }
    const refs = ['resourceClaimName', 'resourceClaimTemplateName'].filter((name) => claim[name] !== undefined);
    if (refs.length === 2) {
      const detail = 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified';
      causes.invalid(at, claim, detail, 'core.PodResourceClaim');
    }
    if (refs.length === 0) {
      const detail = 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`';
      causes.invalid(at, claim, detail, 'core.PodResourceClaim');
    }
    for (const name of refs) checkSubdomain(causes, `${at}.${name}`, claim[name]);
  }
}

function checkDns(causes: Causes, path: string, { dnsConfig, dnsPolicy }: Fields): void {
  const at = `${path}.dnsConfig`;
  const nameservers = (dnsConfig?.nameservers ?? []) as string[];
  if (dnsPolicy === 'None') {
    if (!dnsConfig) {
      causes.required(at, 'must provide `dnsConfig` when `dnsPolicy` is None');
      return;
    }
    if (nameservers.length === 0) {
      causes.required(`${at}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None');
      return;
    }
  }
  if (!dnsConfig) return;
  const searches = (dnsConfig.searches ?? []) as string[];
  if (nameservers.length > 3) causes.invalid(`${at}.nameservers`, nameservers, 'must not have more than 3 nameservers');
  for (const [index, address] of nameservers.entries()) checkAddress(causes, `${at}.nameservers[${index}]`, address);
  if (searches.length > 32) causes.invalid(`${at}.searches`, searches, 'must not have more than 32 search paths');
  if (searches.join(' ').length > 2048) {
    const detail = 'must not have more than 2048 characters (including spaces) in the search list';
    causes.invalid(`${at}.searches`, searches, detail);
  }
  for (const [index, search] of searches.entries()) {
    if (search !== '.') checkName(causes, `${at}.searches[${index}]`, search.replace(/\.$/, ''), looseSubdomain);
  }
  for (const [index, option] of listAt(dnsConfig, 'options').entries()) {
    checkRequired(causes, `${at}.options[${index}]`, option.name, 'must not be empty');
  }
}

/** With the host's network, a container's port is the host's. */
function checkHostNetwork(causes: Causes, path: string, spec: Fields, isTemplate: boolean): void {
  if (!spec.hostNetwork) return;
  for (const [index, container] of listAt(spec, 'containers').entries()) {
    for (const [position, port] of listAt(container, 'ports').entries()) {
      const [host = 0, own = 0] = [port.hostPort, port.containerPort];
      if ((isTemplate && host === 0) || host === own) continue;
      const at = `${path}.containers[${index}].ports[${position}].hostPort`;
      causes.invalid(at, host, 'must match `containerPort` when `hostNetwork` is true');
    }
  }
}

function checkGates(causes: Causes, path: string, spec: Fields): void {
  for (const [index, gate] of listAt(spec, 'readinessGates').entries()) {
    checkName(causes, `${path}.readinessGates[${index}].conditionType`, gate.conditionType, qualifiedName);
  }
  const names = new Set<unknown>();
  for (const [index, gate] of listAt(spec, 'schedulingGates').entries()) {
    const at = `${path}.schedulingGates[${index}]`;
    checkName(causes, at, gate.name, qualifiedName);
    if (names.has(gate.name)) causes.duplicate(at, gate.name);
    names.add(gate.name);
  }
}

function checkHostnameOverride(causes: Causes, path: string, spec: Fields): void {
  const { hostnameOverride: name } = spec;
  if (name === undefined) return;
  const at = `${path}.hostnameOverride`;
  if (spec.setHostnameAsFQDN) causes.forbidden(at, 'may not be specified when setHostnameAsFQDN is true');
  if (spec.hostNetwork) causes.forbidden(at, 'may not be specified when hostNetwork is true');
  if (String(name).length > 64) causes.tooLong(at, 64);
  checkSubdomain(causes, at, name);
}

/** Values from a file need a scratch volume to find it in. */
function checkFileRefs(causes: Causes, path: string, spec: Fields): void {
  for (const { container, at } of containersOf(spec, path)) {
    for (const [index, env] of listAt(container, 'env').entries()) {
      const ref = env.valueFrom?.fileKeyRef;
      if (!ref) continue;
      const where = `${at}.env[${index}].valueFrom.fileKeyRef.volumeName`;
      const volume = listAt(spec, 'volumes').find((one) => one.name === ref.volumeName);
      if (!volume) causes.notFound(where, ref.volumeName ?? '');
      else if (!volume.emptyDir) causes.invalid(where, ref.volumeName, 'referenced volume must be of type emptyDir');
    }
  }
}

function checkPodResources(causes: Causes, path: string, spec: Fields, claims: ReadonlySet<string>): void {
  const { resources } = spec;
  if (!resources) return;
  const at = `${path}.resources`;
  if (spec.os?.name === 'windows') {
    causes.forbidden(at, 'may not be set for a windows pod');
    return;
  }
  if (resources.claims || emptiedAt(resources, 'claims'))
    causes.forbidden(`${at}.claims`, 'claims may not be set for Resources at pod-level');
  checkResources(causes, at, resources, claims, true);
  const shown = (amount: string): string => parseQuantity(amount).toString();
  for (const [name, amount] of containerSum(spec, 'requests')) {
    const own = resources.requests?.[name];
    if (own === undefined || compareQuantities(amount, own) <= 0) continue;
    const detail = `must be greater than or equal to aggregate container requests of ${amount}`;
    causes.invalid(`${at}.requests[${name}]`, shown(own), detail);
  }
  for (const [name, amount] of containerSum(spec, 'limits')) {
    const own = resources.limits?.[name];
    if (!isHugePages(name) || own === undefined || compareQuantities(amount, own) <= 0) continue;
    const detail = `must be greater than or equal to aggregate container limits of ${amount}`;
    causes.invalid(`${at}.limits[${name}]`, shown(own), detail);
  }
  for (const [index, container] of listAt(spec, 'containers').entries()) {
    for (const [name, limit] of Object.entries((container.resources?.limits ?? {}) as Record<string, string>)) {
      const own = resources.limits?.[name];
      if (own === undefined || compareQuantities(limit, own) <= 0) continue;
      const detail = `must be less than or equal to pod limits of ${shown(own)}`;
      causes.invalid(`${at}.containers[${index}][${name}].limits`, shown(limit), detail);
    }
  }
}

function checkNames(causes: Causes, path: string, spec: Fields): void {
  if (spec.serviceAccountName) checkSubdomain(causes, `${path}.serviceAccountName`, spec.serviceAccountName);
  if (spec.nodeName) checkSubdomain(causes, `${path}.nodeName`, spec.nodeName);
  const deadline = spec.activeDeadlineSeconds;
  if (typeof deadline === 'number' && (deadline < 1 || deadline > 2147483647)) {
    causes.invalid(`${path}.activeDeadlineSeconds`, deadline, between(1, 2147483647));
  }
  if (spec.hostname) checkDnsLabel(causes, `${path}.hostname`, spec.hostname);
  if (spec.subdomain) checkDnsLabel(causes, `${path}.subdomain`, spec.subdomain);
  checkTolerations(causes, `${path}.tolerations`, listAt(spec, 'tolerations'));
  for (const [index, alias] of listAt(spec, 'hostAliases').entries()) {
    checkAddress(causes, `${path}.hostAliases[${index}].ip`, alias.ip ?? '');
    for (const [position, name] of listAt(alias, 'hostnames').entries()) {
      checkSubdomain(causes, `${path}.hostAliases[${index}].hostnames[${position}]`, name);
    }
  }
  if (spec.priorityClassName) checkSubdomain(causes, `${path}.priorityClassName`, spec.priorityClassName);
  if (spec.runtimeClassName !== undefined) checkSubdomain(causes, `${path}.runtimeClassName`, spec.runtimeClassName);
  if (spec.preemptionPolicy !== undefined) {
    checkWord(causes, `${path}.preemptionPolicy`, spec.preemptionPolicy, preemptionPolicies);
  }
}

/** The spec of a pod, or of a template at `path`. `pod`: the pod's name, unless it is a template. */
function checkPodSpec(causes: Causes, path: string, spec: Fields, pod?: string): void {
  const isTemplate = pod === undefined;
  checkRequired(causes, `${path}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds);
  const volumes = checkVolumes(
    causes,
    `${path}.volumes`,
    listAt(spec, 'volumes'),
    pod ?? '',
    checkClaimTemplate,
    isTemplate,
  );
  const resourceClaims = listAt(spec, 'resourceClaims');
  const claims = new Set<string>(resourceClaims.map((claim) => claim.name).filter(Boolean));
  checkPodClaims(causes, `${path}.resourceClaims`, resourceClaims);
  const context: PodContext = { path, spec, volumes, claims, hostUsers: spec.hostUsers !== false };
  checkAppContainers(causes, context);
  checkInitContainers(causes, context);
  checkEphemeralContainers(causes, context);
  checkPodResources(causes, path, spec, claims);
  checkHostNetwork(causes, path, spec, isTemplate);
  checkWord(causes, `${path}.restartPolicy`, spec.restartPolicy, restartPolicies);
  checkWord(causes, `${path}.dnsPolicy`, spec.dnsPolicy, dnsPolicies);
  checkLabels(causes, `${path}.nodeSelector`, spec.nodeSelector);
  checkPodSecurity(causes, path, spec);
  checkAffinity(causes, `${path}.affinity`, spec.affinity);
  checkDns(causes, path, spec);
  checkGates(causes, path, spec);
  checkSpread(causes, `${path}.topologySpreadConstraints`, listAt(spec, 'topologySpreadConstraints'));
  checkHostProcess(causes, path, spec);
  checkHostUsers(causes, path, spec);
  checkHostnameOverride(causes, path, spec);
  checkNames(causes, path, spec);
  if (spec.overhead) checkResources(causes, `${path}.overhead`, { limits: spec.overhead }, claims);
  checkSystem(causes, path, spec);
  checkFileRefs(causes, path, spec);
}

/** A template of pods at `path`. */
export function checkPodTemplate(causes: Causes, path: string, template: Fields): void {
  const { metadata = {}, spec = {} } = template;
  checkLabels(causes, `${path}.labels`, metadata.labels);
  checkAnnotations(causes, `${path}.annotations`, metadata.annotations);
  checkPodAnnotations(causes, `${path}.annotations`, metadata.annotations, spec);
  checkPodSpec(causes, `${path}.spec`, spec);
  checkProfilesAgree(causes, `${path}.spec`, metadata.annotations, spec);
  if (listAt(spec, 'ephemeralContainers').length > 0) {
    causes.forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template');
  }
}

/** What holds for a pod whether it is new or changed; metadata is somebody else's. */
export function checkPodObject(causes: Causes, object: KubeObject): void {
  const spec: Fields = object.spec ?? {};
  const { annotations } = object.metadata;
  checkPodAnnotations(causes, 'metadata.annotations', annotations, spec);
  checkPodSpec(causes, 'spec', spec, object.metadata.name ?? '');
  if (!spec.serviceAccountName) {
    for (const [index, volume] of listAt(spec, 'volumes').entries()) {
      for (const [position, source] of listAt(volume.projected, 'sources').entries()) {
        if (!source.serviceAccountToken) continue;
        const at = `spec.volumes[${index}].projected.sources[${position}].serviceAccountToken`;
        causes.forbidden(at, 'must not be specified when serviceAccountName is not set');
      }
    }
  }
  for (const field of ['containers', 'initContainers']) {
    for (const [index, container] of listAt(spec, field).entries()) {
      checkImagePadding(causes, `spec.${field}[${index}]`, container);
    }
  }
}

export function checkNewPod(causes: Causes, object: KubeObject): void {
  checkPodObject(causes, object);
  const spec: Fields = object.spec ?? {};
  if (listAt(spec, 'ephemeralContainers').length > 0) {
    causes.forbidden('spec.ephemeralContainers', 'cannot be set on create');
  }
  if (spec.nodeName && listAt(spec, 'schedulingGates').length > 0) {
    causes.forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared');
  }
  checkProfilesAgree(causes, 'spec', object.metadata.annotations, spec);
}

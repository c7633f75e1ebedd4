import { sameEmptied } from '../emptied.ts';
import type { KubeObject } from '../meta.ts';
import { qosClass } from '../pod-qos.ts';
import type { Causes } from './causes.ts';
import { between, checkImmutable, checkName, type Fields, isMissing, listAt } from './checks.ts';
import { checkImagePadding, isSidecar } from './containers.ts';
import { semanticEqual } from './equal.ts';
import { checkAddress, isAddress6, plainAddress } from './ips.ts';
import { dnsSubdomain, qualifiedName } from './names.ts';
import { checkAnnotationsKept, checkPodAnnotations } from './pod-security.ts';
import { checkClaimsOfStatus, checkDevicesOfStatus, checkUsers } from './pod-status-parts.ts';
import { checkPodObject } from './pods.ts';
import { checkTolerations } from './scheduling-rules.ts';
import { goDiff } from './unified-diff.ts';

/** What may change in a pod that is there. Source: Kubernetes pkg/apis/core/validation/validation.go. */

const mayChange =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** False where a comparison of the two lists makes no sense. */
function checkSameContainers(causes: Causes, path: string, now: readonly Fields[], old: readonly Fields[]): boolean {
  if (now.length !== old.length) {
    causes.forbidden(path, 'pod updates may not add or remove containers');
    return false;
  }
  for (const [index, container] of now.entries()) {
    if (isMissing(container.image)) causes.required(`${path}[${index}].image`);
    checkImagePadding(causes, `${path}[${index}]`, container);
  }
  return true;
}

function checkDeadline(causes: Causes, now: unknown, old: unknown): boolean {
  const path = 'spec.activeDeadlineSeconds';
  if (typeof now !== 'number') {
    if (typeof old === 'number') causes.invalid(path, null, 'must not update from a positive integer to nil value');
    return true;
  }
  if (now < 0 || now > 2147483647) causes.invalid(path, now, between(0, 2147483647));
  else if (typeof old === 'number' && old < now) {
    causes.invalid(path, now, 'must be less than or equal to previous value');
  } else return true;
  return false;
}

function checkAddedTolerations(causes: Causes, now: readonly Fields[], old: readonly Fields[]): void {
  const path = 'spec.tolerations';
  const rest = ({ tolerationSeconds, ...fields }: Fields): Fields => fields;
  if (!old.every((one) => now.some((other) => semanticEqual(rest(one), rest(other))))) {
    causes.forbidden(path, 'existing toleration can not be modified except its tolerationSeconds');
    return;
  }
  checkTolerations(causes, path, now);
}

function checkRemovedGates(causes: Causes, now: readonly Fields[], old: readonly Fields[]): void {
  for (const [index, { name }] of now.entries()) {
    if (old.some((gate) => gate.name === name)) continue;
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`;
    causes.forbidden(`spec.schedulingGates[${index}].name`, detail);
  }
}

const required = 'requiredDuringSchedulingIgnoredDuringExecution';

const isPrefix = (short: readonly Fields[], long: readonly Fields[]): boolean =>
  long.length >= short.length && semanticEqual(long.slice(0, short.length), short);

function onlyAdds(now: Fields, old: Fields): boolean {
  const [expressions, fields] = [listAt(old, 'matchExpressions'), listAt(old, 'matchFields')];
  const [newExpressions, newFields] = [listAt(now, 'matchExpressions'), listAt(now, 'matchFields')];
  if (expressions.length + fields.length === 0 && newExpressions.length + newFields.length > 0) return false;
  return isPrefix(expressions, newExpressions) && isPrefix(fields, newFields);
}

/** While gates hold a pod, where it may run can be narrowed; gives the spec with that put back. */
function checkGated(causes: Causes, now: Fields, old: Fields): Fields {
  const result = sameEmptied({ ...now }, now);
  if (!semanticEqual(now.nodeSelector ?? {}, old.nodeSelector ?? {})) {
    for (const key in old.nodeSelector ?? {}) {
      if (now.nodeSelector?.[key] === old.nodeSelector[key]) continue;
      const detail = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)';
      causes.invalid('spec.nodeSelector', now.nodeSelector, detail);
      break;
    }
    result.nodeSelector = old.nodeSelector;
  }
  const [before, after] = [old.affinity?.nodeAffinity, now.affinity?.nodeAffinity];
  if (semanticEqual(before, after)) return result;
  checkNarrowed(causes, after, before);
  const { nodeAffinity: _nodeAffinity, ...others } = now.affinity ?? {};
  const isEmpty = !before && Object.keys(others).length === 0 && !old.affinity;
  result.affinity = isEmpty ? undefined : { ...(before ? { nodeAffinity: before } : {}), ...others };
  return result;
}

function checkNarrowed(causes: Causes, now: Fields | undefined, old: Fields | undefined): void {
  const path = `spec.affinity.nodeAffinity.${required}.nodeSelectorTerms`;
  const terms = listAt(old?.[required], 'nodeSelectorTerms');
  const newTerms = listAt(now?.[required], 'nodeSelectorTerms');
  if (!old?.[required]) return;
  if (terms.length > 0 && terms.length !== newTerms.length) {
    const detail = 'no additions/deletions to non-empty NodeSelectorTerms list are allowed';
    causes.invalid(path, newTerms.length > 0 ? newTerms : null, detail, '[]core.NodeSelectorTerm');
    return;
  }
  for (const [index, term] of terms.entries()) {
    if (onlyAdds(newTerms[index]!, term)) continue;
    const detail = 'only additions are allowed (no mutations or deletions)';
    causes.invalid(`${path}[${index}]`, newTerms[index], detail, 'core.NodeSelectorTerm');
  }
}

export function checkPodUpdate(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const [now, old]: Fields[] = [object.spec ?? {}, previous.spec ?? {}];
  checkPodObject(causes, object);
  checkAnnotationsKept(causes, 'metadata.annotations', object.metadata.annotations, previous.metadata.annotations);
  checkPodAnnotations(causes, 'metadata.annotations', object.metadata.annotations, now!);
  for (const field of ['containers', 'initContainers']) {
    if (!checkSameContainers(causes, `spec.${field}`, listAt(now, field), listAt(old, field))) return;
  }
  if (!checkDeadline(causes, now!.activeDeadlineSeconds, old!.activeDeadlineSeconds)) return;
  checkAddedTolerations(causes, listAt(now, 'tolerations'), listAt(old, 'tolerations'));
  checkRemovedGates(causes, listAt(now, 'schedulingGates'), listAt(old, 'schedulingGates'));
  if (semanticEqual(now, old)) return;
  checkFixed(causes, now!, old!);
}

/** The spec with everything put back that may change. */
function checkFixed(causes: Causes, now: Fields, old: Fields): void {
  const imagesOf = (field: string): Fields[] =>
    listAt(now, field).map((container, index) =>
      sameEmptied({ ...container, image: listAt(old, field)[index]!.image }, container),
    );
  let munged: Fields = sameEmptied(
    {
      ...now,
      containers: imagesOf('containers'),
      ...(now.initContainers ? { initContainers: imagesOf('initContainers') } : {}),
      activeDeadlineSeconds: old.activeDeadlineSeconds,
      schedulingGates: old.schedulingGates,
      tolerations: old.tolerations,
    },
    now,
    ['initContainers', 'schedulingGates', 'tolerations'],
  );
  if (old.terminationGracePeriodSeconds < 0 && now.terminationGracePeriodSeconds === 1) {
    munged.terminationGracePeriodSeconds = old.terminationGracePeriodSeconds;
  }
  if (listAt(old, 'schedulingGates').length > 0) munged = checkGated(causes, munged, old);
  if (semanticEqual(munged, old)) return;
  causes.forbidden('spec', `${mayChange}\n${goDiff(old, munged, 'core.PodSpec')}`);
}

const mirrors = 'kubernetes.io/config.mirror';

/** Pods that a node made from a file can have none. */
export function refuseStaticDebugging(causes: Causes, _object: KubeObject, previous: KubeObject): undefined | false {
  if (previous.metadata.annotations?.[mirrors] === undefined) return undefined;
  causes.forbidden('[]', 'static pods do not support ephemeral containers');
  return false;
}

/** The subresource `ephemeralcontainers`: more of them, and nothing else. */
export function checkEphemeralUpdate(causes: Causes, object: KubeObject, previous: KubeObject): void {
  checkPodObject(causes, object);
  checkAnnotationsKept(causes, 'metadata.annotations', object.metadata.annotations, previous.metadata.annotations);
  const containers = listAt(object.spec, 'ephemeralContainers');
  const path = 'spec.ephemeralContainers';
  for (const old of listAt(previous.spec, 'ephemeralContainers')) {
    const now = containers.find((one) => one.name === old.name);
    const what = `existing ephemeral containers ${JSON.stringify(old.name)}`;
    if (!now) causes.forbidden(path, `${what} may not be removed\n`);
    else if (!semanticEqual(old, now)) {
      causes.forbidden(path, `${what} may not be changed\n${goDiff(old, now, 'core.EphemeralContainer')}`);
    }
  }
}

const resized = ['cpu', 'memory'];

/** The amounts with those that may change put back. */
function withOldAmounts(now: Fields | undefined, old: Fields | undefined): Fields {
  const result: Fields = { ...now };
  for (const name of resized) {
    delete result[name];
    if (old?.[name] !== undefined) result[name] = old[name];
  }
  return result;
}

const withOldResources = (container: Fields, old: Fields): Fields => ({
  ...container,
  resources: {
    limits: withOldAmounts(container.resources?.limits, old.resources?.limits),
    requests: withOldAmounts(container.resources?.requests, old.resources?.requests),
  },
});

const sameContainer = (now: Fields, old: Fields): boolean =>
  semanticEqual(now, {
    ...old,
    // Claims are not carried over: a container that has some cannot be resized.
    resources: {
      limits: old.resources?.limits ?? {},
      requests: old.resources?.requests ?? {},
      ...(old.resources?.claims ? { claims: old.resources.claims } : {}),
    },
  });

const isRemoved = (now: Fields = {}, old: Fields = {}): boolean => Object.keys(old).some((name) => !(name in now));

function checkKept(causes: Causes, path: string, now: Fields, old: Fields, what: string): void {
  for (const kind of ['requests', 'limits']) {
    if (!isRemoved(now.resources?.[kind], old.resources?.[kind])) continue;
    causes.forbidden(`${path}.${kind}`, `${what} ${kind} cannot be removed`);
  }
}

/** Pods that cannot be resized at all. */
export function refuseResize(causes: Causes, _object: KubeObject, previous: KubeObject): undefined | false {
  const isStatic = previous.metadata.annotations?.[mirrors] !== undefined;
  if (!isStatic && previous.spec?.os?.name !== 'windows') return undefined;
  causes.forbidden('[]', `${isStatic ? 'static' : 'windows'} pods cannot be resized`);
  return false;
}

/** The subresource `resize`: cpu and memory of containers. */
export function checkPodResize(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const [now, old]: Fields[] = [object.spec ?? {}, previous.spec ?? {}];
  checkPodObject(causes, object);
  if (qosClass(previous) !== qosClass(object)) {
    const detail = 'Pod QOS Class may not change as a result of resizing';
    causes.invalid('spec', object.status?.qosClass ?? '', detail);
  }
  checkResizedWhole(causes, now!, old!);
  let isSound = true;
  for (const field of ['containers', 'initContainers']) {
    const [list, before] = [listAt(now, field), listAt(old, field)];
    if (list.length !== before.length) {
      causes.forbidden(`spec.${field}`, `${field} may not be added or removed on resize`);
      isSound = false;
      continue;
    }
    for (const [index, container] of before.entries()) {
      if (list[index]!.name === container.name) continue;
      causes.forbidden(`spec.${field}[${index}].name`, `${field} may not be renamed or reordered on resize`);
      isSound = false;
    }
  }
  if (isSound) checkResized(causes, now!, old!);
}

const saysAmounts = ({ resources }: Fields): boolean =>
  Object.keys({ ...resources?.requests, ...resources?.limits }).length > 0;

/** What the pod asks for as a whole: amounts of cpu and memory may change. */
function checkResizedWhole(causes: Causes, now: Fields, old: Fields): void {
  if (!saysAmounts(now) && !saysAmounts(old)) return;
  if (old.resources && !now.resources) {
    causes.forbidden('spec.resources', 'pod-level resources cannot be removed');
    return;
  }
  if (old.resources) checkKept(causes, 'spec.resources', now, old, 'pod-level resource');
  const munged = withOldResources(now, old).resources as Fields;
  const same = ['limits', 'requests'].every((kind) =>
    semanticEqual(isNone(munged[kind]), isNone(old.resources?.[kind])),
  );
  if (!same || !old.resources) causes.forbidden('spec', 'only cpu and memory resources are mutable at pod-level');
}

const isNone = (amounts: Fields | undefined): Fields => amounts ?? {};

function checkResized(causes: Causes, now: Fields, old: Fields): void {
  const munged: Fields = { ...now };
  for (const field of ['initContainers', 'containers']) {
    for (const [index, container] of listAt(now, field).entries()) {
      checkKept(causes, `spec.${field}[${index}].resources`, container, listAt(old, field)[index]!, 'resource');
    }
  }
  for (const [index, container] of listAt(now, 'containers').entries()) {
    const before = listAt(old, 'containers')[index]!;
    if (!sameContainer(withOldResources(container, before), before)) {
      causes.forbidden('spec', 'only cpu and memory resources are mutable');
    }
  }
  for (const [index, container] of listAt(now, 'initContainers').entries()) {
    const before = listAt(old, 'initContainers')[index]!;
    const at = `spec.initContainers[${index}]`;
    if (!sameContainer(withOldResources(container, before), before)) {
      causes.forbidden(at, 'only cpu and memory resources for init or sidecar containers are mutable');
    }
    if (isSidecar(container) || semanticEqual(container, before)) continue;
    for (const policy of listAt(container, 'resizePolicy')) {
      if (policy.restartPolicy !== 'RestartContainer') continue;
      const detail = 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized';
      causes.forbidden(at, detail);
    }
  }
  if (causes.list.length > 0) return;
  const amounts = saysAmounts(now) || saysAmounts(old) ? ['resources'] : [];
  for (const field of ['containers', 'initContainers', ...amounts]) munged[field] = old[field];
  if (!semanticEqual(munged, old)) causes.forbidden('spec', 'only cpu and memory resources are mutable');
}

const systemConditions = ['Initialized', 'PodScheduled', 'Ready'];

function checkAddresses(causes: Causes, path: string, list: readonly Fields[], old: readonly Fields[]): void {
  const known = old.map((one) => String(one.ip));
  for (const [index, one] of list.entries()) checkAddress(causes, `${path}[${index}]`, one.ip ?? '', known);
  if (list.length < 2) return;
  const broken = list.findIndex((one) => plainAddress(String(one.ip ?? '')) === undefined);
  if (broken >= 0) {
    const why = `failed to check for dual stack with error:invalid IP[${broken}]: ${list[broken]!.ip ?? ''}`;
    causes.internal(path, why);
  }
  const families = new Set(list.map((one) => isAddress6(String(one.ip))));
  if (broken >= 0 || families.size !== 2 || list.length > 2) {
    causes.invalid(path, list, 'may specify no more than one IP for each IP family', '[]core.PodIP');
  }
}

export function checkPodStatus(causes: Causes, object: KubeObject, previous: KubeObject): void {
  const [now, old]: Fields[] = [object.status ?? {}, previous.status ?? {}];
  checkAnnotationsKept(causes, 'metadata.annotations', object.metadata.annotations, previous.metadata.annotations);
  for (const [index, condition] of listAt(now, 'conditions').entries()) {
    const at = `status.conditions[${index}]`;
    const seen = condition.observedGeneration;
    if (seen < 0) causes.invalid(`${at}.observedGeneration`, seen, 'must be a non-negative integer');
    if (!systemConditions.includes(condition.type)) checkName(causes, `${at}.Type`, condition.type, qualifiedName);
  }
  const nominated = now!.nominatedNodeName;
  if (nominated && nominated !== old!.nominatedNodeName) {
    checkName(causes, 'status.nominatedNodeName', nominated, dnsSubdomain);
    if (previous.spec?.nodeName) {
      causes.forbidden('status.nominatedNodeName', 'may not be set on pods that are already bound to a node');
    }
  }
  if (now!.observedGeneration < 0) {
    causes.invalid('status.observedGeneration', now!.observedGeneration, 'must be a non-negative integer');
  }
  checkImmutable(causes, 'status.qosClass', now!.qosClass ?? '', old!.qosClass ?? '', semanticEqual);
  for (const field of ['containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses']) {
    checkTransitions(causes, field, now!, old!, previous.spec ?? {});
  }
  const spec: Fields = object.spec ?? {};
  checkClaimsOfStatus(causes, now!, spec);
  checkAddresses(causes, 'status.podIPs', listAt(now, 'podIPs'), listAt(old, 'podIPs'));
  const hosts = listAt(now, 'hostIPs');
  if (hosts.length > 0 && now!.hostIP !== hosts[0]!.ip) {
    causes.invalid('status.hostIPs[0].ip', hosts[0]!.ip, 'must be equal to `hostIP`');
  }
  checkAddresses(causes, 'status.hostIPs', hosts, listAt(old, 'hostIPs'));
  checkUsers(causes, now!, spec);
  checkDevicesOfStatus(causes, now!, spec);
}

/** Whether a container that ended like this is started again. */
function isRestarted(spec: Fields, container: Fields | undefined, exitCode: number): boolean {
  for (const { action, exitCodes } of listAt(container, 'restartPolicyRules')) {
    if (action !== 'Restart' || !exitCodes) continue;
    const isAmong = (exitCodes.values ?? []).includes(exitCode);
    if (isAmong === (exitCodes.operator === 'In')) return true;
  }
  const policy = container?.restartPolicy ?? spec.restartPolicy;
  return policy === 'Always' || (policy === 'OnFailure' && exitCode !== 0);
}

const restartsAll = (spec: Fields): boolean =>
  [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')].some((container) =>
    listAt(container, 'restartPolicyRules').some((rule) => rule.action === 'RestartAllContainers'),
  );

function checkTransitions(causes: Causes, field: string, now: Fields, old: Fields, spec: Fields): void {
  const isEphemeral = field === 'ephemeralContainerStatuses';
  if (!isEphemeral && restartsAll(spec)) return;
  const containers = listAt(spec, field === 'initContainerStatuses' ? 'initContainers' : 'containers');
  for (const [index, before] of listAt(old, field).entries()) {
    const ended = before.state?.terminated;
    const after = ended && listAt(now, field).find((one) => one.name === before.name);
    if (!after || after.state?.terminated) continue;
    const container = containers.find((one) => one.name === before.name);
    if (!isEphemeral && container && isRestarted(spec, container, ended.exitCode ?? 0)) continue;
    causes.forbidden(`status.${field}[${index}].state`, 'may not be transitioned to non-terminated state');
  }
}

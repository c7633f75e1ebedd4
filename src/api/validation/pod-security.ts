import type { Causes } from './causes.ts';
import { checkLocalPath, checkOneOf, checkRequired, type Fields, listAt } from './checks.ts';
import { checkAppArmor, checkId, checkSeccomp, checkWindowsOptions } from './container-security.ts';

/** What holds for a pod's processes as a whole. Source: Kubernetes pkg/apis/core/validation/validation.go. */

const segment = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const sysctlPattern = `^(${segment}[\\./])*${segment}$`;
const sysctl = new RegExp(sysctlPattern);

const ipcSysctls = new Set(['kernel.sem', 'kernel.shmall', 'kernel.shmmax', 'kernel.shmmni', 'kernel.shm_rmid_forced']);

/** The namespace of the host that a setting would reach into. */
function namespaceOf(name: string): 'net' | 'ipc' | undefined {
  const plain =
    name.includes('/') && !name.slice(0, name.indexOf('/')).includes('.') ? name.replaceAll('/', '.') : name;
  if (ipcSysctls.has(plain) || /^(kernel\.msg|fs\.mqueue\.)/.test(plain)) return 'ipc';
  return plain.startsWith('net.') ? 'net' : undefined;
}

function checkSysctls(causes: Causes, path: string, spec: Fields): void {
  const names = new Set<string>();
  for (const [index, one] of listAt(spec.securityContext, 'sysctls').entries()) {
    const at = `${path}[${index}].name`;
    const name = String(one.name ?? '');
    if (name === '') causes.required(at);
    else if (name.length > 253 || !sysctl.test(name)) {
      causes.invalid(at, name, `must have at most 253 characters and match regex ${sysctlPattern}`);
    } else if (names.has(name)) causes.duplicate(at, name);
    names.add(name);
    const namespace = namespaceOf(name);
    if (spec.hostNetwork && namespace === 'net') {
      causes.invalid(at, name, "may not be specified when 'hostNetwork' is true");
    } else if (spec.hostIPC && namespace === 'ipc') {
      causes.invalid(at, name, "may not be specified when 'hostIPC' is true");
    }
  }
}

export function checkPodSecurity(causes: Causes, path: string, spec: Fields): void {
  const context: Fields = spec.securityContext ?? {};
  const at = `${path}.securityContext`;
  checkId(causes, `${at}.fsGroup`, context.fsGroup);
  checkId(causes, `${at}.runAsUser`, context.runAsUser);
  checkId(causes, `${at}.runAsGroup`, context.runAsGroup);
  for (const [index, group] of listAt(context, 'supplementalGroups').entries()) {
    checkId(causes, `${at}.supplementalGroups[${index}]`, group);
  }
  if (spec.shareProcessNamespace && spec.hostPID) {
    const detail = 'ShareProcessNamespace and HostPID cannot both be enabled';
    causes.invalid(`${at}.shareProcessNamespace`, true, detail);
  }
  checkSysctls(causes, `${at}.sysctls`, spec);
  checkOneOf(causes, `${at}.fsGroupChangePolicy`, context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']);
  checkSeccomp(causes, `${at}.seccompProfile`, context.seccompProfile);
  checkWindowsOptions(causes, `${at}.windowsOptions`, context.windowsOptions);
  checkAppArmor(causes, `${at}.appArmorProfile`, context.appArmorProfile);
  checkOneOf(causes, `${at}.supplementalGroupsPolicy`, context.supplementalGroupsPolicy, ['Merge', 'Strict']);
  checkOneOf(causes, `${at}.seLinuxChangePolicy`, context.seLinuxChangePolicy, ['Recursive']);
}

/** Every container with its path, init containers first, as Go visits them. */
export function containersOf(spec: Fields, path: string): { container: Fields; at: string }[] {
  return ['initContainers', 'containers', 'ephemeralContainers'].flatMap((field) =>
    listAt(spec, field).map((container, index) => ({ container, at: `${path}.${field}[${index}]` })),
  );
}

export function checkHostProcess(causes: Causes, path: string, spec: Fields): void {
  const ofPod: boolean | undefined = spec.securityContext?.windowsOptions?.hostProcess;
  const containers = containersOf(spec, path);
  let count = 0;
  for (const { container, at } of containers) {
    const own: boolean | undefined = container.securityContext?.windowsOptions?.hostProcess;
    if (ofPod !== undefined && own !== undefined && own !== ofPod) {
      const detail = `pod hostProcess value must be identical if both are specified, was ${ofPod}`;
      causes.invalid(`${at}.securityContext.windowsOptions.hostProcess`, own, detail);
    }
    if (own ?? ofPod) count++;
  }
  if (count === 0) return;
  if (count !== containers.length) {
    const detail = 'If pod contains any hostProcess containers then all containers must be HostProcess containers';
    causes.invalid(path, '', detail);
  }
  if (!spec.hostNetwork) {
    causes.invalid(`${path}.hostNetwork`, false, 'hostNetwork must be true if pod contains any hostProcess containers');
  }
}

/** A pod with users of its own cannot share what belongs to the host's. */
export function checkHostUsers(causes: Causes, path: string, spec: Fields): void {
  if (spec.hostUsers !== false) return;
  const detail = 'when `hostUsers` is false';
  if (spec.hostNetwork) causes.forbidden(`${path}.hostNetwork`, detail);
  if (spec.hostPID) causes.forbidden(`${path}.HostPID`, detail);
  if (spec.hostIPC) causes.forbidden(`${path}.HostIPC`, detail);
  for (const { container, at } of containersOf(spec, path)) {
    if (listAt(container, 'volumeDevices').length > 0) causes.forbidden(`${at}.volumeDevices`, detail);
  }
}

/** What a Windows pod cannot have, in Go's order. Names without a dot are the pod's own. */
const notOnWindows = [
  'securityContext.appArmorProfile',
  'securityContext.seLinuxOptions',
  'hostUsers',
  'hostPID',
  'hostIPC',
  'securityContext.seccompProfile',
  'securityContext.fsGroup',
  'securityContext.fsGroupChangePolicy',
  'securityContext.sysctls',
  'shareProcessNamespace',
  'securityContext.runAsUser',
  'securityContext.runAsGroup',
  'securityContext.supplementalGroups',
  'securityContext.supplementalGroupsPolicy',
  'securityContext.seLinuxChangePolicy',
];

const notInWindowsContainers = [
  'appArmorProfile',
  'seLinuxOptions',
  'seccompProfile',
  'capabilities',
  'readOnlyRootFilesystem',
  'privileged',
  'allowPrivilegeEscalation',
  'procMount',
  'runAsUser',
  'runAsGroup',
];

const says = (value: unknown, field: string): boolean =>
  field === 'hostPID' || field === 'hostIPC' ? value === true : value !== undefined;

export function checkSystem(causes: Causes, path: string, spec: Fields): void {
  if (!spec.os) return;
  const name = spec.os.name;
  if (!checkRequired(causes, `${path}.os.name`, name)) return;
  if (name === 'linux') checkLinux(causes, path, spec);
  else if (name === 'windows') checkWindows(causes, path, spec);
  else causes.notSupported(`${path}.os`, name, ['linux', 'windows']);
}

function checkLinux(causes: Causes, path: string, spec: Fields): void {
  const detail = 'windows options cannot be set for a linux pod';
  if (spec.securityContext?.windowsOptions) causes.forbidden(`${path}.securityContext.windowsOptions`, detail);
  for (const { container, at } of containersOf(spec, path)) {
    if (container.securityContext?.windowsOptions) causes.forbidden(`${at}.securityContext.windowsOptions`, detail);
  }
}

function checkWindows(causes: Causes, path: string, spec: Fields): void {
  const detail = 'cannot be set for a windows pod';
  for (const field of notOnWindows) {
    const [head = '', inner] = field.split('.');
    const value = inner ? spec.securityContext?.[inner] : spec[head];
    if (says(value, field)) causes.forbidden(`${path}.${field}`, detail);
  }
  for (const { container, at } of containersOf(spec, path)) {
    for (const field of notInWindowsContainers) {
      if (container.securityContext?.[field] !== undefined) causes.forbidden(`${at}.securityContext.${field}`, detail);
    }
  }
}

const seccompPod = 'seccomp.security.alpha.kubernetes.io/pod';
const seccompContainer = 'container.seccomp.security.alpha.kubernetes.io/';
const appArmorContainer = 'container.apparmor.security.beta.kubernetes.io/';

const runtimeSeccomp = ['runtime/default', 'docker/default'];

function checkSeccompText(causes: Causes, path: string, profile: string): void {
  if (runtimeSeccomp.includes(profile) || profile === 'unconfined') return;
  if (profile.startsWith('localhost/')) checkLocalPath(causes, path, profile.slice('localhost/'.length));
  else causes.invalid(path, profile, 'must be a valid seccomp profile');
}

/** What annotations say of a pod's containers. */
export function checkPodAnnotations(causes: Causes, path: string, annotations: Fields | undefined, spec: Fields): void {
  if (!annotations) return;
  const mirror = annotations['kubernetes.io/config.mirror'];
  if (mirror !== undefined && !spec.nodeName) {
    const detail = 'must set spec.nodeName if mirror pod annotation is set';
    causes.invalid(`${path}[kubernetes.io/config.mirror]`, mirror, detail);
  }
  const cost = annotations['controller.kubernetes.io/pod-deletion-cost'];
  if (cost !== undefined && !isDeletionCost(cost)) {
    causes.invalid(`${path}[controller.kubernetes.io/pod-deletion-cost]`, cost, 'must be a 32bit integer');
  }
  if (annotations[seccompPod] !== undefined) {
    checkSeccompText(causes, `${path}.${seccompPod}`, annotations[seccompPod]);
  }
  for (const key in annotations) {
    if (key.startsWith(seccompContainer)) checkSeccompText(causes, `${path}.${key}`, annotations[key]);
  }
  for (const key in annotations) {
    if (key.startsWith(appArmorContainer)) checkAppArmorText(causes, `${path}[${key}]`, key, annotations[key], spec);
  }
}

const isDeletionCost = (text: string): boolean =>
  /^(0|-?[1-9]\d*)$/.test(text) && Number(text) >= -(2 ** 31) && Number(text) < 2 ** 31;

function checkAppArmorText(causes: Causes, path: string, key: string, profile: string, spec: Fields): void {
  const name = key.slice(appArmorContainer.length);
  if (!containersOf(spec, '').some(({ container }) => container.name === name)) {
    causes.invalid(path, name, 'container not found');
  }
  if (profile !== '' && !/^(runtime\/default$|unconfined$|localhost\/)/.test(profile)) {
    causes.invalid(path, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`);
  }
}

/** Annotations of the time before the fields must not say otherwise than the fields do. */
export function checkProfilesAgree(causes: Causes, path: string, annotations: Fields | undefined, spec: Fields): void {
  if (!annotations) return;
  const compare = (at: string, profile: Fields | undefined, text: unknown, kind: string, runtime: string[]): void => {
    if (!profile || typeof text !== 'string') return;
    const refuse = (field: string, what: string): void =>
      causes.forbidden(`${at}.${field}`, `${kind} ${what} in annotation and field must match`);
    if (profile.type === 'Unconfined' && text !== 'unconfined') refuse('type', 'type');
    if (profile.type === 'RuntimeDefault' && !runtime.includes(text)) refuse('type', 'type');
    if (profile.type !== 'Localhost') return;
    if (!text.startsWith('localhost/')) refuse('type', 'type');
    else if (text.slice('localhost/'.length) !== profile.localhostProfile) refuse('localhostProfile', 'profile');
  };
  const ofPod = spec.securityContext;
  const seccomp = `${path}.securityContext.seccompProfile`;
  compare(seccomp, ofPod?.seccompProfile, annotations[seccompPod], 'seccomp', runtimeSeccomp);
  for (const { container, at } of containersOf(spec, path)) {
    const text = annotations[`${seccompContainer}${container.name}`];
    const profile = container.securityContext?.seccompProfile;
    compare(`${at}.securityContext.seccompProfile`, profile, text, 'seccomp', runtimeSeccomp);
  }
  if (spec.os?.name === 'windows') return;
  for (const { container, at } of containersOf(spec, path)) {
    const profile = container.securityContext?.appArmorProfile ?? ofPod?.appArmorProfile;
    const text = annotations[`${appArmorContainer}${container.name}`];
    compare(`${at}.securityContext.appArmorProfile`, profile, text, 'apparmor', ['runtime/default']);
  }
}

/** Annotations that are fixed once the pod is there. */
export function checkAnnotationsKept(causes: Causes, path: string, annotations: Fields = {}, old: Fields = {}): void {
  const fixed = (key: string): string | undefined =>
    key.startsWith(appArmorContainer)
      ? 'AppArmor annotations'
      : key === 'kubernetes.io/config.mirror'
        ? 'mirror pod annotation'
        : undefined;
  for (const key in old) {
    const what = annotations[key] === old[key] ? undefined : fixed(key);
    if (what) causes.forbidden(`${path}[${key}]`, `may not remove or update ${what}`);
  }
  for (const key in annotations) {
    const what = key in old ? undefined : fixed(key);
    if (what) causes.forbidden(`${path}[${key}]`, `may not add ${what}`);
  }
}

import type { Causes } from './causes.ts';
import {
  checkDnsLabel,
  checkLocalPath,
  checkName,
  checkNoBacksteps,
  checkNotNegative,
  checkOneOf,
  checkPort,
  checkPortOrName,
  checkRequired,
  checkSubdomain,
  checkWord,
  type Fields,
  isEmpty,
  isMissing,
  listAt,
} from './checks.ts';
import { checkSecurityContext } from './container-security.ts';
import { checkFieldRef, checkResourceFieldRef } from './downward.ts';
import { dataKey, dnsLabel, environmentName, headerName, portName } from './names.ts';
import { checkResources } from './resources.ts';
import { checkPullPolicy } from './volume-sources.ts';

/** Containers of pods and templates. Source: Kubernetes pkg/apis/core/validation/validation.go. */

/** What the containers of one pod share. */
export interface PodContext {
  path: string;
  spec: Fields;
  /** Sound volumes by name. */
  volumes: ReadonlyMap<string, Fields>;
  claims: ReadonlySet<string>;
  hostUsers: boolean;
}

export const protocols = ['SCTP', 'TCP', 'UDP'];

function checkPorts(causes: Causes, path: string, container: Fields): void {
  const names = new Set<string>();
  for (const [index, port] of listAt(container, 'ports').entries()) {
    const at = `${path}.ports[${index}]`;
    if (!isMissing(port.name) && checkName(causes, `${at}.name`, port.name, portName)) {
      if (names.has(port.name)) causes.duplicate(`${at}.name`, port.name);
      names.add(port.name);
    }
    if (!port.containerPort) causes.required(`${at}.containerPort`);
    else checkPort(causes, `${at}.containerPort`, port.containerPort);
    if (port.hostPort) checkPort(causes, `${at}.hostPort`, port.hostPort);
    checkWord(causes, `${at}.protocol`, port.protocol, protocols);
  }
}

/** A key in a ConfigMap or a Secret. */
function checkKeyRef(causes: Causes, at: string, ref: Fields): void {
  checkSubdomain(causes, `${at}.name`, ref.name);
  if (checkRequired(causes, `${at}.key`, ref.key)) checkName(causes, `${at}.key`, ref.key, dataKey);
}

function checkFileKeyRef(causes: Causes, at: string, ref: Fields): void {
  if (checkRequired(causes, `${at}.key`, ref.key)) checkName(causes, `${at}.key`, ref.key, environmentName);
  if (checkRequired(causes, `${at}.volumeName`, ref.volumeName)) {
    checkDnsLabel(causes, `${at}.volumeName`, ref.volumeName);
  }
  if (checkRequired(causes, `${at}.path`, ref.path)) checkNoBacksteps(causes, `${at}.path`, ref.path);
}

const valueSources: Readonly<Record<string, (causes: Causes, at: string, ref: Fields) => void>> = {
  fieldRef: (causes, at, ref) => checkFieldRef(causes, at, ref, 'environment'),
  resourceFieldRef: (causes, at, ref) => checkResourceFieldRef(causes, at, ref, false),
  configMapKeyRef: checkKeyRef,
  secretKeyRef: checkKeyRef,
  fileKeyRef: checkFileKeyRef,
};

const onlyOne = 'may not have more than one field specified at a time';

function checkEnvironment(causes: Causes, path: string, container: Fields): void {
  for (const [index, env] of listAt(container, 'env').entries()) {
    const at = `${path}.env[${index}]`;
    if (checkRequired(causes, `${at}.name`, env.name)) checkName(causes, `${at}.name`, env.name, environmentName);
    if (!env.valueFrom) continue;
    let found = 0;
    for (const source in valueSources) {
      const ref = env.valueFrom[source];
      if (!ref) continue;
      found++;
      valueSources[source]!(causes, `${at}.valueFrom.${source}`, ref);
    }
    if (found === 0) {
      const among =
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
      causes.invalid(`${at}.valueFrom`, '', among);
    } else if (env.value) causes.invalid(`${at}.valueFrom`, '', 'may not be specified when `value` is not empty');
    else if (found > 1) causes.invalid(`${at}.valueFrom`, '', onlyOne);
  }
  for (const [index, from] of listAt(container, 'envFrom').entries()) {
    const at = `${path}.envFrom[${index}]`;
    if (from.prefix) checkName(causes, `${at}.prefix`, from.prefix, environmentName);
    const refs = ['configMapRef', 'secretRef'].filter((name) => from[name]);
    for (const name of refs) {
      if (checkRequired(causes, `${at}.${name}.name`, from[name].name)) {
        checkSubdomain(causes, `${at}.${name}.name`, from[name].name);
      }
    }
    if (refs.length === 0) causes.invalid(`${path}.envFrom`, '', 'must specify one of: `configMapRef` or `secretRef`');
    if (refs.length > 1) causes.invalid(`${path}.envFrom`, '', onlyOne);
  }
}

/** Messages about what is inside a mount name the list of mounts, not the mount. */
function checkMounts(causes: Causes, path: string, container: Fields, { volumes }: PodContext): void {
  const list = `${path}.volumeMounts`;
  const devices = listAt(container, 'volumeDevices');
  const paths = new Set<unknown>();
  for (const [index, mount] of listAt(container, 'volumeMounts').entries()) {
    const at = `${list}[${index}]`;
    const [name, mountPath] = [mount.name ?? '', mount.mountPath ?? ''];
    checkRequired(causes, `${at}.name`, name);
    if (!volumes.has(name)) causes.notFound(`${at}.name`, name);
    checkRequired(causes, `${at}.mountPath`, mountPath);
    if (paths.has(mountPath)) causes.invalid(`${at}.mountPath`, mountPath, 'must be unique');
    paths.add(mountPath);
    if (devices.some((device) => device.name === name)) {
      causes.invalid(`${at}.name`, name, 'must not already exist in volumeDevices');
    }
    if (devices.some((device) => device.devicePath === mountPath)) {
      causes.invalid(`${at}.mountPath`, mountPath, 'must not already exist as a path in volumeDevices');
    }
    if (mount.subPath) checkLocalPath(causes, `${list}.subPath`, mount.subPath);
    if (mount.subPathExpr) {
      if (mount.subPath) {
        causes.invalid(`${at}.subPathExpr`, mount.subPathExpr, 'subPathExpr and subPath are mutually exclusive');
      }
      checkLocalPath(causes, `${list}.subPathExpr`, mount.subPathExpr);
    }
    checkPropagation(causes, list, container, mount);
  }
}

function checkPropagation(causes: Causes, list: string, container: Fields, mount: Fields): void {
  const { mountPropagation, recursiveReadOnly, readOnly } = mount;
  checkOneOf(causes, `${list}.mountPropagation`, mountPropagation, ['Bidirectional', 'HostToContainer', 'None']);
  if (mountPropagation === 'Bidirectional' && !container.securityContext?.privileged) {
    const detail = 'Bidirectional mount propagation is available only to privileged containers';
    causes.forbidden(`${list}.mountPropagation`, detail);
  }
  const at = `${list}.recursiveReadOnly`;
  checkOneOf(causes, at, recursiveReadOnly, ['Disabled', 'Enabled', 'IfPossible']);
  if (recursiveReadOnly !== 'Enabled' && recursiveReadOnly !== 'IfPossible') return;
  if (!readOnly) causes.forbidden(at, 'may only be specified when readOnly is true');
  if (mountPropagation !== undefined && mountPropagation !== 'None') {
    causes.forbidden(at, 'may only be specified when mountPropagation is None or not specified');
  }
}

function checkDevices(causes: Causes, path: string, container: Fields, { volumes }: PodContext): void {
  const mounts = listAt(container, 'volumeMounts');
  const [names, paths] = [new Set<unknown>(), new Set<unknown>()];
  for (const [index, device] of listAt(container, 'volumeDevices').entries()) {
    const at = `${path}.volumeDevices[${index}]`;
    const [name, devicePath] = [String(device.name ?? ''), String(device.devicePath ?? '')];
    const volume = volumes.get(name);
    checkRequired(causes, `${at}.name`, name);
    if (names.has(name)) causes.invalid(`${at}.name`, name, 'must be unique');
    if (!volume) causes.notFound(`${at}.name`, name);
    else if (!volume.persistentVolumeClaim && !volume.ephemeral) {
      const detail = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      causes.invalid(`${at}.name`, name, detail);
    }
    checkRequired(causes, `${at}.devicePath`, devicePath);
    if (paths.has(devicePath)) causes.invalid(`${at}.devicePath`, devicePath, 'must be unique');
    if (devicePath.split('/').includes('..')) {
      causes.invalid(`${at}.devicePath`, devicePath, "can not contain backsteps ('..')");
    } else paths.add(devicePath);
    if (mounts.some((mount) => mount.name === name)) {
      causes.invalid(`${at}.name`, name, 'must not already exist in volumeMounts');
    }
    if (mounts.some((mount) => mount.mountPath === devicePath)) {
      causes.invalid(`${at}.devicePath`, devicePath, 'must not already exist as a path in volumeMounts');
    }
    if (name) names.add(name);
  }
}

const resizable = ['cpu', 'memory'];
const resizePolicies = ['NotRequired', 'RestartContainer'];

function checkResizePolicy(causes: Causes, path: string, container: Fields, restartPolicy: unknown): void {
  const at = `${path}.resizePolicy`;
  const names = new Set<unknown>();
  for (const [index, { resourceName, restartPolicy: policy }] of listAt(container, 'resizePolicy').entries()) {
    if (names.has(resourceName)) causes.duplicate(`${at}[${index}]`, resourceName ?? '');
    names.add(resourceName);
    checkWord(causes, at, resourceName, resizable);
    checkWord(causes, at, policy, resizePolicies);
    if (restartPolicy === 'Never' && policy !== 'NotRequired') {
      causes.invalid(at, policy ?? '', "must be 'NotRequired' when pod `restartPolicy` is 'Never'");
    }
  }
}

function checkHttpGet(causes: Causes, at: string, { path, port, scheme, httpHeaders }: Fields): void {
  checkRequired(causes, `${at}.path`, path);
  checkPortOrName(causes, `${at}.port`, port);
  checkOneOf(causes, `${at}.scheme`, scheme ?? '', ['HTTP', 'HTTPS']);
  for (const header of (httpHeaders ?? []) as Fields[]) {
    checkName(causes, `${at}.httpHeaders`, header.name, headerName);
  }
}

type Handler = (causes: Causes, at: string, action: Fields, gracePeriod: unknown) => void;

const handlers: Readonly<Record<string, Handler>> = {
  exec: (causes, at, { command }) => checkRequired(causes, `${at}.command`, command),
  httpGet: checkHttpGet,
  tcpSocket: (causes, at, { port }) => checkPortOrName(causes, `${at}.port`, port),
  grpc: (causes, at, { port }) => checkPort(causes, `${at}.port`, port),
  sleep: (causes, at, { seconds = 0 }, grace) => {
    if (typeof grace !== 'number' || (seconds >= 0 && seconds <= grace)) return;
    causes.invalid(at, seconds, `must be non-negative and less than terminationGracePeriodSeconds (${grace})`);
  },
};

const probed = ['exec', 'httpGet', 'tcpSocket', 'grpc'];
const hooked = ['exec', 'httpGet', 'tcpSocket', 'sleep'];

function checkHandler(causes: Causes, path: string, handler: Fields, kinds: readonly string[], grace: unknown): void {
  let found = 0;
  for (const kind of kinds) {
    if (!handler[kind]) continue;
    if (found++ > 0) causes.forbidden(`${path}.${kind}`, 'may not specify more than 1 handler type');
    else handlers[kind]!(causes, `${path}.${kind}`, handler[kind], grace);
  }
  if (found === 0) causes.required(path, 'must specify a handler type');
}

const probeCounts = ['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'];
const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'];

function checkProbes(causes: Causes, path: string, container: Fields, grace: unknown): void {
  for (const name of probes) {
    const probe = container[name];
    if (!probe) continue;
    const at = `${path}.${name}`;
    checkHandler(causes, at, probe, probed, grace);
    for (const field of probeCounts) checkNotNegative(causes, `${at}.${field}`, probe[field]);
    const own = probe.terminationGracePeriodSeconds;
    if (typeof own === 'number' && own <= 0) {
      causes.invalid(`${at}.terminationGracePeriodSeconds`, own, 'must be greater than 0');
    }
    if (name === 'readinessProbe') {
      if (own !== undefined) {
        causes.invalid(`${at}.terminationGracePeriodSeconds`, own, 'must not be set for readinessProbes');
      }
    } else if (probe.successThreshold !== 1) {
      causes.invalid(`${at}.successThreshold`, probe.successThreshold ?? 0, 'must be 1');
    }
  }
}

function checkLifecycle(causes: Causes, path: string, container: Fields, { spec }: PodContext): void {
  for (const hook of ['postStart', 'preStop']) {
    const handler = container.lifecycle?.[hook];
    const grace = spec.terminationGracePeriodSeconds;
    if (handler) checkHandler(causes, `${path}.lifecycle.${hook}`, handler, hooked, grace);
  }
}

const containerPolicies = ['Always', 'Never', 'OnFailure'];

/** A container's own restart policy and its rules. */
function checkRestart(causes: Causes, path: string, { restartPolicy, restartPolicyRules }: Fields): void {
  const rules = (restartPolicyRules ?? []) as Fields[];
  if (restartPolicy === undefined) {
    if (rules.length === 0) return;
    causes.required(`${path}.restartPolicy`, 'must specify restartPolicy when restart rules are used');
  } else checkOneOf(causes, `${path}.restartPolicy`, restartPolicy, containerPolicies);
  if (rules.length > 20) causes.tooMany(`${path}.restartPolicyRules`, rules.length, 20);
  for (const [index, { action, exitCodes }] of rules.entries()) {
    const at = `${path}.restartPolicyRules[${index}]`;
    checkOneOf(causes, `${at}.action`, action ?? '', ['Restart', 'RestartAllContainers']);
    if (!exitCodes) {
      causes.required(`${at}.exitCodes`, 'must be specified');
      continue;
    }
    checkOneOf(causes, `${at}.exitCodes.operator`, exitCodes.operator ?? '', ['In', 'NotIn']);
    const count = listAt(exitCodes, 'values').length;
    if (count > 255) causes.tooMany(`${at}.exitCodes.values`, count, 255);
  }
}

const messagePolicies = ['File', 'FallbackToLogsOnError'];

/** What holds for a container of any sort. */
function checkContainer(causes: Causes, path: string, container: Fields, context: PodContext): void {
  if (checkRequired(causes, `${path}.name`, container.name)) {
    checkName(causes, `${path}.name`, container.name, dnsLabel);
  }
  checkRequired(causes, `${path}.image`, container.image);
  checkWord(causes, `${path}.terminationMessagePolicy`, container.terminationMessagePolicy, messagePolicies);
  checkPorts(causes, path, container);
  checkEnvironment(causes, path, container);
  checkMounts(causes, path, container, context);
  checkDevices(causes, path, container, context);
  checkPullPolicy(causes, `${path}.imagePullPolicy`, container.imagePullPolicy);
  checkResources(causes, `${path}.resources`, container.resources, context.claims);
  checkResizePolicy(causes, path, container, context.spec.restartPolicy);
  checkSecurityContext(causes, `${path}.securityContext`, container.securityContext, context.hostUsers);
}

function checkHostPorts(causes: Causes, path: string, containers: readonly Fields[], at = 0): void {
  const seen = new Set<string>();
  for (const [index, container] of containers.entries()) {
    for (const [position, port] of listAt(container, 'ports').entries()) {
      if (!port.hostPort) continue;
      const key = `${port.protocol}/${port.hostIP ?? ''}/${port.hostPort}`;
      if (seen.has(key)) causes.duplicate(`${path}[${at + index}].ports[${position}].hostPort`, key);
      seen.add(key);
    }
  }
}

export function checkAppContainers(causes: Causes, context: PodContext): void {
  const path = `${context.path}.containers`;
  const containers = listAt(context.spec, 'containers');
  if (containers.length === 0) {
    causes.required(path);
    return;
  }
  const names = new Set<unknown>();
  for (const [index, container] of containers.entries()) {
    const at = `${path}[${index}]`;
    checkContainer(causes, at, container, context);
    const name = container.name ?? '';
    if (names.has(name)) causes.duplicate(`${at}.name`, name);
    names.add(name);
    checkLifecycle(causes, at, container, context);
    checkProbes(causes, at, container, context.spec.terminationGracePeriodSeconds);
    checkRestart(causes, at, container);
  }
  checkHostPorts(causes, path, containers);
}

export const isSidecar = (container: Fields): boolean => container.restartPolicy === 'Always';

const appOnly = ['lifecycle', ...probes];

export function checkInitContainers(causes: Causes, context: PodContext): void {
  const path = `${context.path}.initContainers`;
  const names = new Set<unknown>(listAt(context.spec, 'containers').map((container) => container.name ?? ''));
  for (const [index, container] of listAt(context.spec, 'initContainers').entries()) {
    const at = `${path}[${index}]`;
    checkContainer(causes, at, container, context);
    if (container.restartPolicy === undefined && !isEmpty(container.restartPolicyRules)) {
      causes.required(`${at}.restartPolicy`, 'must specify restartPolicy when restart rules are used');
    } else checkRestart(causes, at, container);
    const name = container.name ?? '';
    if (names.has(name)) causes.duplicate(`${at}.name`, name);
    else if (name) names.add(name);
    checkHostPorts(causes, path, [container]);
    if (isSidecar(container)) {
      checkLifecycle(causes, at, container, context);
      checkProbes(causes, at, container, context.spec.terminationGracePeriodSeconds);
      continue;
    }
    for (const field of appOnly) {
      if (container[field]) {
        causes.forbidden(`${at}.${field}`, 'may not be set for init containers without restartPolicy=Always');
      }
    }
    for (const [position, policy] of listAt(container, 'resizePolicy').entries()) {
      if (policy.restartPolicy !== 'RestartContainer') continue;
      const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
      causes.invalid(`${at}.resizePolicy[${position}].restartPolicy`, policy.restartPolicy, detail);
    }
  }
}

/** Fields of a container that one added to a running pod cannot have, in Go's order. */
const notEphemeral = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  ...probes,
  'lifecycle',
];

export function checkEphemeralContainers(causes: Causes, context: PodContext): void {
  const { spec, path } = context;
  const others = new Set<unknown>(
    [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')].map((container) => container.name),
  );
  const names = new Set(others);
  for (const [index, container] of listAt(spec, 'ephemeralContainers').entries()) {
    const at = `${path}.ephemeralContainers[${index}]`;
    checkContainer(causes, at, container, context);
    checkImagePadding(causes, at, container);
    if (names.has(container.name)) causes.duplicate(`${at}.name`, container.name);
    names.add(container.name);
    const target = container.targetContainerName;
    if (target && !others.has(target)) causes.notFound(`${at}.targetContainerName`, target);
    for (const field of notEphemeral) {
      if (container[field] !== undefined && !(field === 'resources' && isEmpty(container[field]))) {
        causes.forbidden(`${at}.${field}`, 'cannot be set for an Ephemeral Container');
      }
    }
    for (const [position, mount] of listAt(container, 'volumeMounts').entries()) {
      for (const field of ['subPath', 'subPathExpr']) {
        const where = `${at}.volumeMounts[${position}].${field}`;
        if (mount[field]) causes.forbidden(where, 'cannot be set for an Ephemeral Container');
      }
    }
  }
}

/** Only pods themselves are held to this: templates with padded names have been stored before. */
export function checkImagePadding(causes: Causes, path: string, { image }: Fields): void {
  if (typeof image === 'string' && image !== image.trim()) {
    causes.invalid(`${path}.image`, image, 'must not have leading or trailing whitespace');
  }
}

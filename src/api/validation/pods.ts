import { isDeepStrictEqual } from 'node:util';
import { compareQuantities } from '../../lib/quantity.ts';
import type { KubeObject } from '../meta.ts';
import type { Causes } from './causes.ts';
import {
  checkName,
  checkNotNegative,
  checkOneOf,
  checkPort,
  checkPortOrName,
  checkRequiredName,
  checkUnique,
  type Fields,
  isMissing,
  listAt,
} from './checks.ts';
import { checkLabels } from './metadata.ts';
import { dnsLabel, dnsSubdomain, environmentName, portName, qualifiedName } from './names.ts';

/** Pods and pod templates. Source: Kubernetes pkg/apis/core/validation/validation.go. */

const protocols = ['TCP', 'UDP', 'SCTP'];
const envSources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'];

/** Fields of a container that take one of a few words. */
const containerWords: Readonly<Record<string, readonly string[]>> = {
  imagePullPolicy: ['Always', 'IfNotPresent', 'Never'],
  terminationMessagePolicy: ['File', 'FallbackToLogsOnError'],
};

const podWords: Readonly<Record<string, readonly string[]>> = {
  restartPolicy: ['Always', 'OnFailure', 'Never'],
  dnsPolicy: ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'],
};

/** What a volume source cannot do without. */
const sourceNeeds: Readonly<Record<string, readonly string[]>> = {
  secret: ['secretName'],
  configMap: ['name'],
  hostPath: ['path'],
  persistentVolumeClaim: ['claimName'],
  nfs: ['server', 'path'],
  csi: ['driver'],
  projected: [],
  downwardAPI: [],
  emptyDir: [],
  ephemeral: ['volumeClaimTemplate'],
  image: [],
};

function checkPorts(causes: Causes, path: string, container: Fields): void {
  const ports = listAt(container, 'ports');
  checkUnique(causes, `${path}.ports`, ports, 'name');
  for (const [index, port] of ports.entries()) {
    const at = `${path}.ports[${index}]`;
    if (!isMissing(port.name)) checkName(causes, `${at}.name`, port.name, portName);
    if (port.containerPort === undefined || port.containerPort === 0) causes.required(`${at}.containerPort`);
    else checkPort(causes, `${at}.containerPort`, port.containerPort);
    if (port.hostPort) checkPort(causes, `${at}.hostPort`, port.hostPort);
    checkOneOf(causes, `${at}.protocol`, port.protocol, protocols);
  }
}

function checkEnvironment(causes: Causes, path: string, container: Fields): void {
  for (const [index, env] of listAt(container, 'env').entries()) {
    const at = `${path}.env[${index}]`;
    checkRequiredName(causes, `${at}.name`, env.name, environmentName);
    if (!env.valueFrom) continue;
    const sources = envSources.filter((source) => env.valueFrom[source]);
    const among =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    if (sources.length === 0) causes.invalid(`${at}.valueFrom`, '', among);
    if (sources.length > 1)
      causes.invalid(`${at}.valueFrom`, '', 'may not have more than one field specified at a time');
    if (env.value && sources.length > 0)
      causes.invalid(`${at}.valueFrom`, '', 'may not be specified when `value` is not empty');
    for (const source of ['configMapKeyRef', 'secretKeyRef']) {
      if (env.valueFrom[source] && isMissing(env.valueFrom[source].key))
        causes.required(`${at}.valueFrom.${source}.key`);
    }
    if (env.valueFrom.fieldRef && isMissing(env.valueFrom.fieldRef.fieldPath)) {
      causes.required(`${at}.valueFrom.fieldRef.fieldPath`);
    }
  }
}

export function checkQuantities(causes: Causes, path: string, list: unknown): void {
  for (const [name, amount] of Object.entries((list ?? {}) as Record<string, string>)) {
    if (compareQuantities(amount, '0') < 0) {
      causes.invalid(`${path}[${name}]`, String(amount), 'must be greater than or equal to 0');
    }
  }
}

function checkResources(causes: Causes, path: string, resources: Fields | undefined): void {
  const limits = (resources?.limits ?? {}) as Record<string, string>;
  const requests = (resources?.requests ?? {}) as Record<string, string>;
  checkQuantities(causes, `${path}.limits`, limits);
  checkQuantities(causes, `${path}.requests`, requests);
  for (const [name, amount] of Object.entries(requests)) {
    const limit = limits[name];
    if (limit !== undefined && compareQuantities(amount, limit) > 0) {
      causes.invalid(`${path}.requests`, String(amount), `must be less than or equal to ${name} limit of ${limit}`);
    }
  }
}

function checkHandler(causes: Causes, path: string, handler: Fields): void {
  const kinds = ['exec', 'httpGet', 'tcpSocket', 'grpc', 'sleep'].filter((kind) => handler[kind]);
  if (kinds.length === 0) causes.required(path, 'must specify a handler type');
  for (const kind of kinds.slice(1)) causes.forbidden(`${path}.${kind}`, 'may not specify more than 1 handler type');
  if (handler.exec && listAt(handler.exec, 'command').length === 0) causes.required(`${path}.exec.command`);
  if (handler.httpGet) {
    if (isMissing(handler.httpGet.path)) causes.required(`${path}.httpGet.path`);
    checkPortOrName(causes, `${path}.httpGet.port`, handler.httpGet.port);
    checkOneOf(causes, `${path}.httpGet.scheme`, handler.httpGet.scheme, ['HTTP', 'HTTPS']);
  }
  if (handler.tcpSocket) checkPortOrName(causes, `${path}.tcpSocket.port`, handler.tcpSocket.port);
  if (handler.grpc) checkPort(causes, `${path}.grpc.port`, handler.grpc.port);
}

function checkProbes(causes: Causes, path: string, container: Fields): void {
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name];
    if (!probe) continue;
    checkHandler(causes, `${path}.${name}`, probe);
    for (const field of [
      'initialDelaySeconds',
      'timeoutSeconds',
      'periodSeconds',
      'successThreshold',
      'failureThreshold',
    ]) {
      checkNotNegative(causes, `${path}.${name}.${field}`, probe[field]);
    }
    if (name !== 'readinessProbe' && probe.successThreshold > 1) {
      causes.invalid(`${path}.${name}.successThreshold`, probe.successThreshold, 'must be 1');
    }
  }
  for (const hook of ['postStart', 'preStop']) {
    if (container.lifecycle?.[hook]) checkHandler(causes, `${path}.lifecycle.${hook}`, container.lifecycle[hook]);
  }
}

function checkMounts(causes: Causes, path: string, container: Fields, volumes: ReadonlySet<unknown>): void {
  const paths = new Set<unknown>();
  for (const [index, mount] of listAt(container, 'volumeMounts').entries()) {
    const at = `${path}.volumeMounts[${index}]`;
    if (isMissing(mount.name)) causes.required(`${at}.name`);
    else if (!volumes.has(mount.name)) causes.notFound(`${at}.name`, mount.name);
    if (isMissing(mount.mountPath)) causes.required(`${at}.mountPath`);
    else if (paths.has(mount.mountPath)) causes.invalid(`${at}.mountPath`, mount.mountPath, 'must be unique');
    paths.add(mount.mountPath);
  }
}

function checkContainer(causes: Causes, path: string, container: Fields, volumes: ReadonlySet<unknown>): void {
  checkRequiredName(causes, `${path}.name`, container.name, dnsLabel);
  if (isMissing(container.image)) causes.required(`${path}.image`);
  else if (String(container.image) !== String(container.image).trim()) {
    causes.invalid(`${path}.image`, container.image, 'must not have leading or trailing whitespace');
  }
  for (const field in containerWords) checkOneOf(causes, `${path}.${field}`, container[field], containerWords[field]!);
  checkPorts(causes, path, container);
  checkEnvironment(causes, path, container);
  checkMounts(causes, path, container, volumes);
  checkProbes(causes, path, container);
  checkResources(causes, `${path}.resources`, container.resources);
}

function checkVolumes(causes: Causes, path: string, volumes: readonly Fields[]): void {
  checkUnique(causes, path, volumes, 'name');
  for (const [index, volume] of volumes.entries()) {
    const at = `${path}[${index}]`;
    checkRequiredName(causes, `${at}.name`, volume.name, dnsLabel);
    const sources = Object.keys(volume).filter((key) => key !== 'name' && volume[key]);
    if (sources.length === 0) causes.required(at, 'must specify a volume type');
    for (const source of sources.slice(1))
      causes.forbidden(`${at}.${source}`, 'may not specify more than 1 volume type');
    for (const source of sources) {
      for (const need of sourceNeeds[source] ?? []) {
        if (isMissing(volume[source][need])) causes.required(`${at}.${source}.${need}`);
      }
    }
  }
}

function checkTolerations(causes: Causes, path: string, spec: Fields): void {
  for (const [index, { key, operator, value, effect, tolerationSeconds }] of listAt(spec, 'tolerations').entries()) {
    const at = `${path}.tolerations[${index}]`;
    if (!isMissing(key)) checkName(causes, `${at}.key`, key, qualifiedName);
    else if (operator !== 'Exists') {
      causes.invalid(
        `${at}.operator`,
        operator ?? '',
        'operator must be Exists when `key` is empty, which means "match all values and all keys"',
      );
    }
    if (operator === 'Exists' && value)
      causes.invalid(`${at}.operator`, at, "value must be empty when `operator` is 'Exists'");
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      causes.invalid(`${at}.effect`, effect ?? '', "effect must be 'NoExecute' when `tolerationSeconds` is set");
    }
    checkOneOf(causes, `${at}.operator`, operator || undefined, ['Equal', 'Exists', 'Lt', 'Gt']);
    checkOneOf(causes, `${at}.effect`, effect || undefined, ['NoSchedule', 'PreferNoSchedule', 'NoExecute']);
  }
}

/** The spec of a pod or of a template at `path`; pods of the template get `claims` as volumes too. */
export function checkPodSpec(causes: Causes, path: string, spec: Fields, claims: readonly unknown[] = []): void {
  const volumes = listAt(spec, 'volumes');
  checkVolumes(causes, `${path}.volumes`, volumes);
  const names = new Set([...volumes.map((volume) => volume.name), ...claims]);
  const containers = listAt(spec, 'containers');
  if (containers.length === 0) causes.required(`${path}.containers`);
  const seen = new Set<unknown>();
  for (const field of ['containers', 'initContainers', 'ephemeralContainers']) {
    const list = listAt(spec, field);
    for (const [index, container] of list.entries())
      checkContainer(causes, `${path}.${field}[${index}]`, container, names);
    checkUnique(causes, `${path}.${field}`, list, 'name', seen);
  }
  for (const field in podWords) checkOneOf(causes, `${path}.${field}`, spec[field], podWords[field]!);
  checkLabels(causes, `${path}.nodeSelector`, spec.nodeSelector);
  checkTolerations(causes, path, spec);
  checkNotNegative(causes, `${path}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds);
  if (
    spec.activeDeadlineSeconds !== undefined &&
    !(spec.activeDeadlineSeconds >= 1 && spec.activeDeadlineSeconds <= 2147483647)
  ) {
    causes.invalid(
      `${path}.activeDeadlineSeconds`,
      spec.activeDeadlineSeconds,
      'must be between 1 and 2147483647, inclusive',
    );
  }
  if (!isMissing(spec.serviceAccountName))
    checkName(causes, `${path}.serviceAccountName`, spec.serviceAccountName, dnsSubdomain);
  if (!isMissing(spec.hostname)) checkName(causes, `${path}.hostname`, spec.hostname, dnsLabel);
}

const mayChange =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** What is left of a spec when the fields that may change are taken out. */
function fixedPart(spec: Fields): Fields {
  const { activeDeadlineSeconds, tolerations, terminationGracePeriodSeconds, ephemeralContainers, nodeName, ...rest } =
    spec;
  const plain = (list: Fields[]): Fields[] => list.map(({ image, resources, ...container }) => container);
  return {
    ...rest,
    schedulingGates: undefined,
    containers: plain(listAt(spec, 'containers')),
    initContainers: plain(listAt(spec, 'initContainers')),
  };
}

export function checkPod(causes: Causes, object: KubeObject, previous: KubeObject | undefined): void {
  checkPodSpec(causes, 'spec', object.spec ?? {});
  if (!previous) return;
  const [old, wanted] = [previous.spec ?? {}, object.spec ?? {}];
  const count = (spec: Fields): number => listAt(spec, 'containers').length;
  if (count(old) !== count(wanted)) causes.forbidden('spec.containers', 'pod updates may not add or remove containers');
  else if (!isDeepStrictEqual(fixedPart(old), fixedPart(wanted))) causes.forbidden('spec', mayChange);
}

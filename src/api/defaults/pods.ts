import { containerSum } from '../container-sum.ts';
import { type DefaultRule, type Fields, fill } from './rules.ts';

/** Pods and pod templates. Source: Kubernetes pkg/apis/core/v1/defaults.go. */

const PART = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const LABEL = '[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?';
const HOST = `(?:${LABEL}(?:\\.${LABEL})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?`;
/** Names of images. Source: github.com/distribution/reference, regexp.go. */
const IMAGE = new RegExp(
  `^(?:${HOST}/)?${PART}(?:/${PART})*(?::(?<tag>\\w[\\w.-]{0,127}))?(?<digest>@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?$`,
);

/** The tag `latest`, or none and no digest, is pulled every time; what is no name at all is not. */
export function defaultPullPolicy(image: unknown): 'Always' | 'IfNotPresent' {
  const parts = typeof image === 'string' && !/^[a-f0-9]{64}$/.test(image) ? IMAGE.exec(image)?.groups : undefined;
  if (!parts) return 'IfNotPresent';
  return (parts.tag ?? (parts.digest ? '' : 'latest')) === 'latest' ? 'Always' : 'IfNotPresent';
}

const httpGet: DefaultRule = { set: { path: '/', scheme: 'HTTP' } };

const probe: DefaultRule = {
  set: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  each: { httpGet, grpc: { set: { service: '' } } },
  derive: zeroMeansDefault({ timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 }),
};

/** Go cannot tell a zero from a missing number, so a zero takes the default as well. */
function zeroMeansDefault(values: Readonly<Record<string, number>>): (fields: Fields) => void {
  return (fields) => {
    for (const name in values) if (fields[name] === 0) fields[name] = values[name];
  };
}

/** A limit without a request is a request too. */
function requestsFromLimits(resources: Fields): void {
  if (!resources.limits) return;
  resources.requests ??= {};
  for (const name in resources.limits) resources.requests[name] ??= resources.limits[name];
}

const fieldRef: DefaultRule = { set: { apiVersion: 'v1' } };
const resourceFieldRef: DefaultRule = { set: { divisor: '0' } };

const container: DefaultRule = {
  set: { resources: {}, terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File' },
  each: {
    ports: { set: { protocol: 'TCP' } },
    'env.valueFrom.fieldRef': fieldRef,
    'env.valueFrom.resourceFieldRef': resourceFieldRef,
    'env.valueFrom.fileKeyRef': { set: { optional: false } },
    livenessProbe: probe,
    readinessProbe: probe,
    startupProbe: probe,
    'lifecycle.postStart.httpGet': httpGet,
    'lifecycle.preStop.httpGet': httpGet,
  },
  derive: (fields) => {
    fill(fields, 'imagePullPolicy', defaultPullPolicy(fields.image));
  },
};

export const persistentVolumeClaimSpec: DefaultRule = { set: { volumeMode: 'Filesystem' } };

const sources = [
  'hostPath',
  'emptyDir',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'gitRepo',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'persistentVolumeClaim',
  'rbd',
  'flexVolume',
  'cinder',
  'cephfs',
  'flocker',
  'downwardAPI',
  'fc',
  'azureFile',
  'configMap',
  'vsphereVolume',
  'quobyte',
  'azureDisk',
  'photonPersistentDisk',
  'projected',
  'portworxVolume',
  'scaleIO',
  'storageos',
  'csi',
  'ephemeral',
  'image',
];

const files: DefaultRule = { set: { defaultMode: 0o644 } };
const downwardItems: Readonly<Record<string, DefaultRule>> = {
  'items.fieldRef': fieldRef,
  'items.resourceFieldRef': resourceFieldRef,
};

/** Sources that persistent volumes have too. */
export const volumeSources: Readonly<Record<string, DefaultRule>> = {
  hostPath: { set: { type: '' } },
  iscsi: { set: { iscsiInterface: 'default' } },
  rbd: { set: { pool: 'rbd', user: 'admin', keyring: '/etc/ceph/keyring' } },
  azureDisk: { set: { cachingMode: 'ReadWrite', fsType: 'ext4', readOnly: false, kind: 'Shared' } },
  scaleIO: { set: { storageMode: 'ThinProvisioned', fsType: 'xfs' } },
};

const volume: DefaultRule = {
  each: {
    ...volumeSources,
    secret: files,
    configMap: files,
    downwardAPI: { ...files, each: downwardItems },
    projected: {
      ...files,
      each: {
        'sources.serviceAccountToken': { set: { expirationSeconds: 3600 } },
        'sources.podCertificate': { set: { maxExpirationSeconds: 86400 } },
        'sources.downwardAPI': { each: downwardItems },
      },
    },
    'ephemeral.volumeClaimTemplate.spec': persistentVolumeClaimSpec,
  },
  derive: (fields) => {
    if (!sources.some((source) => fields[source])) fields.emptyDir = {};
    if (fields.image) fill(fields.image, 'pullPolicy', defaultPullPolicy(fields.image.reference));
  },
};

/** What a pod as a whole requests: what its containers do, and what it is limited to beyond that. */
function podRequests(spec: Fields): void {
  const { limits = {} } = spec.resources;
  if (Object.keys(limits).length === 0) return;
  spec.resources.requests ??= {};
  const { requests }: { requests: Fields } = spec.resources;
  for (const [name, amount] of containerSum(spec, 'requests')) {
    if (name === 'cpu' || name === 'memory') requests[name] ??= amount.toString();
  }
  for (const name in limits) {
    if (name === 'cpu' || name === 'memory' || name.startsWith('hugepages-')) requests[name] ??= limits[name];
  }
}

/** With the host's network, a container port is the host's port. */
function hostPorts(spec: Fields): void {
  if (!spec.hostNetwork) return;
  for (const one of [...(spec.initContainers ?? []), ...(spec.containers ?? [])]) {
    for (const port of one.ports ?? []) port.hostPort ||= port.containerPort;
  }
}

/** What pods and pod templates share. */
export const podSpec: DefaultRule = {
  set: {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    securityContext: {},
    schedulerName: 'default-scheduler',
  },
  each: {
    containers: container,
    initContainers: container,
    ephemeralContainers: container,
    volumes: volume,
  },
  derive: (spec) => {
    if (spec.serviceAccountName || spec.serviceAccount) {
      fill(spec, 'serviceAccountName', spec.serviceAccount);
      spec.serviceAccount = spec.serviceAccountName;
    }
  },
};

/** A pod gets more than a template does. */
export const pod: DefaultRule = {
  set: { spec: {}, status: {} },
  each: {
    // Only pods: what a template leaves open is filled in when a pod is made of it.
    'spec.containers.resources': { derive: requestsFromLimits },
    'spec.initContainers.resources': { derive: requestsFromLimits },
    spec: {
      ...podSpec,
      set: { ...podSpec.set, enableServiceLinks: true },
      derive: (spec) => {
        podSpec.derive?.(spec);
        hostPorts(spec);
        if (spec.resources) podRequests(spec);
      },
    },
  },
  derive: ({ spec }) => {
    if (spec.terminationGracePeriodSeconds < 0) spec.terminationGracePeriodSeconds = 1;
  },
};

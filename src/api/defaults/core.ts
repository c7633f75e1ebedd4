import { persistentVolumeClaimSpec, podSpec, volumeSources } from './pods.ts';
import { type DefaultRule, type Fields, fill } from './rules.ts';

/** Kinds of the core group. Sources: Kubernetes pkg/apis/core/v1/defaults.go, pkg/registry/core. */

function serviceTraffic(spec: Fields): void {
  if (spec.sessionAffinity === 'ClientIP') {
    spec.sessionAffinityConfig ??= {};
    spec.sessionAffinityConfig.clientIP ??= {};
    fill(spec.sessionAffinityConfig.clientIP, 'timeoutSeconds', 10800);
  } else delete spec.sessionAffinityConfig;
  const isExternal = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  if (isExternal || (spec.type === 'ClusterIP' && spec.externalIPs?.length))
    fill(spec, 'externalTrafficPolicy', 'Cluster');
  if (isExternal || spec.type === 'ClusterIP') fill(spec, 'internalTrafficPolicy', 'Cluster');
  if (spec.type === 'LoadBalancer') fill(spec, 'allocateLoadBalancerNodePorts', true);
}

export const service: DefaultRule = {
  set: { spec: {}, status: {} },
  each: {
    'spec.ports': {
      set: { protocol: 'TCP' },
      derive: (port) => {
        if (port.targetPort === undefined || port.targetPort === 0 || port.targetPort === '')
          port.targetPort = port.port;
      },
    },
    spec: { set: { type: 'ClusterIP', sessionAffinity: 'None' }, derive: serviceTraffic },
    status: { set: { loadBalancer: {} } },
  },
  derive: ({ spec, status }) => {
    if (spec.type !== 'LoadBalancer') return;
    for (const ingress of status.loadBalancer.ingress ?? []) if (ingress?.ip) ingress.ipMode ??= 'VIP';
  },
};

/** `stringData` is for writing only: it ends up in `data`, as base64. */
export const secret: DefaultRule = {
  set: { type: 'Opaque' },
  derive: (object) => {
    if (!object.stringData) return;
    object.data ??= {};
    for (const name in object.stringData) {
      object.data[name] = Buffer.from(String(object.stringData[name]), 'utf8').toString('base64');
    }
    delete object.stringData;
  },
};

export const namespace: DefaultRule = {
  set: { spec: {}, status: {} },
  each: { status: { set: { phase: 'Active' } } },
  derive: ({ metadata }) => {
    if (!metadata?.name) return;
    metadata.labels ??= {};
    metadata.labels['kubernetes.io/metadata.name'] = metadata.name;
  },
};

export const node: DefaultRule = {
  set: { spec: {}, status: {} },
  derive: ({ status }) => {
    if (status.capacity) status.allocatable ??= { ...status.capacity };
  },
};

export const persistentVolume: DefaultRule = {
  set: { spec: {}, status: {} },
  each: {
    spec: { set: { persistentVolumeReclaimPolicy: 'Retain', volumeMode: 'Filesystem' }, each: volumeSources },
    status: { set: { phase: 'Pending' } },
  },
};

export const persistentVolumeClaim: DefaultRule = {
  set: { spec: {}, status: {} },
  each: { spec: persistentVolumeClaimSpec, status: { set: { phase: 'Pending' } } },
};

/** A container's maximum is its default limit, its default limit the default request, and so is its minimum. */
function limitRangeItem(item: Fields): void {
  if (item.type !== 'Container') return;
  item.default = { ...item.max, ...item.default };
  item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest };
  for (const name of ['default', 'defaultRequest']) if (Object.keys(item[name]).length === 0) delete item[name];
}

export const limitRange: DefaultRule = { each: { 'spec.limits': { derive: limitRangeItem } } };
export const resourceQuota: DefaultRule = { set: { status: {} } };
export const endpoints: DefaultRule = { each: { 'subsets.ports': { set: { protocol: 'TCP' } } } };
export const podTemplate: DefaultRule = {
  set: { template: {} },
  each: { template: { set: { metadata: {}, spec: {} }, each: { spec: podSpec } } },
};

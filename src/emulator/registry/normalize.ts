import { sameEmptied } from '../../api/emptied.ts';
import type { KubeObject } from '../../api/meta.ts';
import { dropGatedFields } from './gated-fields.ts';

type Normalizer = (object: KubeObject, previous: KubeObject | undefined) => void;

/** What decoding into typed structs and conversions do on the way, apart from defaults. By kind. */
const normalizers: Readonly<Record<string, Normalizer>> = {
  Namespace: (namespace) => {
    const { labels, name = '' } = namespace.metadata;
    // A name that is yet to be generated becomes a label with it.
    if (name) namespace.metadata.labels = { ...labels, 'kubernetes.io/metadata.name': name };
  },
  DaemonSet: (daemonSet, previous) => {
    if (previous) return;
    const { annotations } = daemonSet.metadata;
    daemonSet.metadata.annotations = { 'deprecated.daemonset.template.generation': '1', ...annotations };
  },
  ServiceAccount: (account) => {
    // Of the secrets only their names count.
    if (Array.isArray(account.secrets)) account.secrets = account.secrets.map(({ name }) => (name ? { name } : {}));
  },
  LimitRange: ({ spec }) => {
    if (spec?.limits?.length === 0) spec.limits = null;
  },
  Node: ({ spec, status }, previous) => {
    // Gone from the API: only where it was there before.
    if (spec && !previous?.spec?.configSource) delete spec.configSource;
    if (status && !previous?.status?.config) delete status.config;
    for (const image of Array.isArray(status?.images) ? status.images : []) {
      if (image.names?.length === 0) image.names = null;
    }
    // The first network is told twice; the older of the two fields decides.
    if (spec?.podCIDR && spec.podCIDRs?.[0] !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR];
    else if (spec?.podCIDRs?.length) spec.podCIDR ??= spec.podCIDRs[0];
  },
  Lease: ({ spec }, previous) => {
    // As above.
    for (const field of ['strategy', 'preferredHolder']) {
      if (spec && previous?.spec?.[field] === undefined) delete spec[field];
    }
  },
};

// biome-ignore lint/suspicious/noExplicitAny: the spec of an object as it came.
type Spec = Record<string, any>;

/** Kinds that carry a pod template in `spec.template`. */
const TEMPLATED = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController']);

function podSpecOf(object: KubeObject): Spec | undefined {
  if (object.kind === 'Pod') return object.spec;
  if (object.kind === 'CronJob') return object.spec?.jobTemplate?.spec?.template?.spec;
  if (object.kind === 'PodTemplate') return (object.template as Spec | undefined)?.spec;
  return TEMPLATED.has(object.kind) ? object.spec?.template?.spec : undefined;
}

/** Brings what a client sent into the form that is stored; changes `object`. */
export function normalize(object: KubeObject, previous: KubeObject | undefined): void {
  normalizers[object.kind]?.(object, previous);
  dropGatedFields(podSpecOf(object), previous && podSpecOf(previous));
  for (const template of templatesOf(object)) {
    // Embedded metadata is written with its empty time, as clients of all versions accept it.
    const { metadata } = template;
    template.metadata = sameEmptied({ ...metadata, creationTimestamp: null }, metadata ?? template) as never;
  }
}

/** The objects that `object` will make, as far as it carries them whole. */
function templatesOf(object: KubeObject): KubeObject[] {
  const template = TEMPLATED.has(object.kind) ? object.spec?.template : undefined;
  const claims = object.kind === 'StatefulSet' ? object.spec?.volumeClaimTemplates : undefined;
  return [template, ...(Array.isArray(claims) ? claims : [])].filter((one) => typeof one === 'object' && one !== null);
}

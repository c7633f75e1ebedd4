import type { KubeObject } from '../../api/meta.ts';

type Normalizer = (object: KubeObject, previous: KubeObject | undefined) => void;

/** What decoding into typed structs and conversions do on the way, apart from defaults. By kind. */
const normalizers: Readonly<Record<string, Normalizer>> = {
  Namespace: (namespace) => {
    const { labels, name = '' } = namespace.metadata;
    namespace.metadata.labels = { ...labels, 'kubernetes.io/metadata.name': name };
  },
  DaemonSet: (daemonSet, previous) => {
    if (previous) return;
    const { annotations } = daemonSet.metadata;
    daemonSet.metadata.annotations = { 'deprecated.daemonset.template.generation': '1', ...annotations };
  },
  PersistentVolumeClaim: (claim, previous) => addFinalizer(claim, previous, 'kubernetes.io/pvc-protection'),
  PersistentVolume: (volume, previous) => addFinalizer(volume, previous, 'kubernetes.io/pv-protection'),
};

/** Kinds that carry a pod template in `spec.template`. */
const TEMPLATED = new Set(['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'ReplicationController']);

function addFinalizer(object: KubeObject, previous: KubeObject | undefined, finalizer: string): void {
  if (previous) return;
  const finalizers = object.metadata.finalizers ?? [];
  if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer];
}

/** Brings what a client sent into the form that is stored; changes `object`. */
export function normalize(object: KubeObject, previous: KubeObject | undefined): void {
  normalizers[object.kind]?.(object, previous);
  const template = object.spec?.template as KubeObject | undefined;
  // Embedded metadata is written with its empty time, as clients of all versions accept it.
  if (template?.metadata && TEMPLATED.has(object.kind)) {
    template.metadata = { ...template.metadata, creationTimestamp: null } as never;
  }
}

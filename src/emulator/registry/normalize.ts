import type { KubeObject } from '../../api/meta.ts';

type Normalizer = (object: KubeObject, previous: KubeObject | undefined) => void;

/** What decoding into typed structs and conversions do on the way, apart from defaults. By kind. */
const normalizers: Readonly<Record<string, Normalizer>> = {
  Namespace: (namespace, previous) => {
    // Only the finalize subresource changes what holds a namespace.
    const finalizers = previous ? previous.spec?.finalizers : ['kubernetes'];
    namespace.spec = { ...namespace.spec, ...(finalizers ? { finalizers } : {}) };
    const labels = (namespace.metadata.labels ??= {});
    if (namespace.metadata.name) labels['kubernetes.io/metadata.name'] = namespace.metadata.name;
  },
  Node: (node, previous) => {
    node.spec ??= {};
    const taints = node.spec.taints as { key: string }[] | undefined;
    // TaintNodesByCondition: a node is not ready until someone says so.
    if (!previous && !taints?.some((taint) => taint.key === 'node.kubernetes.io/not-ready')) {
      const ready = (node.status?.conditions as { type: string; status: string }[] | undefined)?.some(
        (condition) => condition.type === 'Ready' && condition.status === 'True',
      );
      if (!ready) {
        node.spec.taints = [...(taints ?? []), { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }];
      }
    }
  },
  DaemonSet: (daemonSet, previous) => {
    if (previous) return;
    const annotations = (daemonSet.metadata.annotations ??= {});
    annotations['deprecated.daemonset.template.generation'] ??= '1';
  },
  PersistentVolumeClaim: (claim, previous) => addFinalizer(claim, previous, 'kubernetes.io/pvc-protection'),
  PersistentVolume: (volume, previous) => addFinalizer(volume, previous, 'kubernetes.io/pv-protection'),
};

function addFinalizer(object: KubeObject, previous: KubeObject | undefined, finalizer: string): void {
  if (previous) return;
  const finalizers = object.metadata.finalizers ?? [];
  if (!finalizers.includes(finalizer)) object.metadata.finalizers = [...finalizers, finalizer];
}

/** Brings what a client sent into the form that is stored; changes `object`. */
export function normalize(object: KubeObject, previous: KubeObject | undefined): void {
  normalizers[object.kind]?.(object, previous);
}

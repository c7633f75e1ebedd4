import type { KubeObject } from '../../api/meta.ts';
import type { AdmissionPlugin, Machine } from '../registry/machine.ts';

/** The newest class that calls itself the default, as a server picks where there are several. */
function defaultClass(machine: Machine, storage: string, annotations: readonly string[]): string | undefined {
  const marked = machine.store
    .list(storage)
    .filter(({ metadata }) => annotations.some((name) => metadata.annotations?.[name] === 'true'));
  const ageOf = ({ metadata }: KubeObject) => metadata.creationTimestamp ?? '';
  marked.sort((a, b) => (ageOf(a) < ageOf(b) ? 1 : ageOf(a) > ageOf(b) ? -1 : 0));
  return marked[0]?.metadata.name;
}

/** DefaultStorageClass: a claim that names no class gets the default one; `""` asks for none. */
export const defaultStorageClass: AdmissionPlugin = {
  name: 'DefaultStorageClass',
  admit({ operation, resource, object, subresource, machine }) {
    if (operation !== 'CREATE' || resource.storage !== 'persistentvolumeclaims' || subresource) return;
    if (object.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return;
    if (object.spec?.storageClassName !== undefined) return;
    const found = defaultClass(machine, 'storageclasses.storage.k8s.io', [
      'storageclass.kubernetes.io/is-default-class',
      'storageclass.beta.kubernetes.io/is-default-class',
    ]);
    if (found) object.spec = { ...object.spec, storageClassName: found };
  },
};

/** DefaultIngressClass: an ingress that names no class, in its spec or the old way, gets the default one. */
export const defaultIngressClass: AdmissionPlugin = {
  name: 'DefaultIngressClass',
  admit({ operation, resource, object, subresource, machine }) {
    if (operation !== 'CREATE' || resource.storage !== 'ingresses.networking.k8s.io' || subresource) return;
    if (object.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return;
    if (object.spec?.ingressClassName !== undefined) return;
    const found = defaultClass(machine, 'ingressclasses.networking.k8s.io', [
      'ingressclass.kubernetes.io/is-default-class',
    ]);
    if (found) object.spec = { ...object.spec, ingressClassName: found };
  },
};

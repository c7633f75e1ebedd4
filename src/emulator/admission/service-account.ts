import type { KubeObject } from '../../api/meta.ts';
import { forbidden } from '../errors.ts';
import type { AdmissionPlugin } from '../registry/machine.ts';
import { generatedName } from '../registry/names.ts';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_SECONDS = 3607;

interface ContainerLike {
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

/** Every pod runs as a service account of its namespace and, unless told otherwise, gets its token as a volume. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  admit({ operation, resource, namespace, name, object, subresource, machine }) {
    if (operation !== 'CREATE' || resource.storage !== 'pods' || subresource) return;
    object.spec ??= {};
    const spec = object.spec as Record<string, unknown>;
    // A mirror pod runs before there are accounts, and never uses one.
    if (object.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return;
    const account = String(spec.serviceAccountName || spec.serviceAccount || 'default');
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
    const found = machine.store.get('serviceaccounts', namespace, account);
    if (!found) {
      // The controller gives every namespace its account a moment after it was made; do not make people wait.
      if (account === 'default') return mountToken(object, undefined, machine.random);
      throw forbidden(
        resource,
        name,
        `error looking up service account ${namespace}/${account}: serviceaccount ${JSON.stringify(account)} not found`,
      );
    }
    if (found.imagePullSecrets?.length && !(spec.imagePullSecrets as unknown[] | undefined)?.length) {
      spec.imagePullSecrets = found.imagePullSecrets;
    }
    mountToken(object, found, machine.random);
  },
};

function mountToken(pod: KubeObject, account: KubeObject | undefined, random: () => number): void {
  const { spec } = pod;
  if ((spec.automountServiceAccountToken ?? account?.automountServiceAccountToken ?? true) === false) return;
  const volume = generatedName('kube-api-access-', random);
  let used = false;
  for (const container of [...(spec.initContainers ?? []), ...(spec.containers ?? [])] as ContainerLike[]) {
    if (container.volumeMounts?.some((mount) => mount.mountPath === MOUNT_PATH)) continue;
    container.volumeMounts = [
      ...(container.volumeMounts ?? []),
      { name: volume, readOnly: true, mountPath: MOUNT_PATH },
    ];
    used = true;
  }
  if (used) spec.volumes = [...(spec.volumes ?? []), tokenVolume(volume)];
}

function tokenVolume(name: string) {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds: TOKEN_SECONDS, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
      defaultMode: 420,
    },
  };
}

import type { KubeObject } from '../../api/meta.ts';
import type { AdmissionPlugin } from '../registry/machine.ts';
import { generatedName } from '../registry/names.ts';
import { isCreateOf, refusal } from './refuse.ts';

const MOUNT_PATH = '/var/run/secrets/kubernetes.io/serviceaccount';
const TOKEN_SECONDS = 3607;

interface ContainerLike {
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
}

/** Every pod runs as a service account of its namespace and, unless told otherwise, gets its token as a volume. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  admit(request) {
    if (!isCreateOf(request, 'pods')) return;
    const { namespace, object, machine } = request;
    object.spec ??= {};
    const spec = object.spec as Record<string, unknown>;
    // A mirror pod runs before there are accounts, and never uses one.
    if (isMirror(object)) return;
    const account = String(spec.serviceAccountName || spec.serviceAccount || 'default');
    spec.serviceAccountName = account;
    spec.serviceAccount = account;
    const found = machine.store.get('serviceaccounts', namespace, account);
    if (!found) {
      // The controller gives every namespace its account a moment after it was made; do not make people wait.
      if (account === 'default') return mountToken(object, undefined, machine.random);
      throw refusal(
        request,
        `error looking up service account ${namespace}/${account}: serviceaccount ${JSON.stringify(account)} not found`,
      );
    }
    if (found.imagePullSecrets?.length && !(spec.imagePullSecrets as unknown[] | undefined)?.length) {
      spec.imagePullSecrets = found.imagePullSecrets;
    }
    mountToken(object, found, machine.random);
  },
  check(request) {
    if (!isCreateOf(request, 'pods')) return;
    const { object, namespace, machine } = request;
    if (isMirror(object)) {
      const fault = mirrorFault(object);
      if (fault) throw refusal(request, fault);
      return;
    }
    const account = machine.store.get('serviceaccounts', namespace, String(object.spec?.serviceAccountName));
    if (account?.metadata.annotations?.['kubernetes.io/enforce-mountable-secrets'] !== 'true') return;
    const fault = secretFault(object, account);
    if (fault) throw refusal(request, fault);
  },
};

const isMirror = ({ metadata }: KubeObject): boolean =>
  metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;

interface Volume {
  secret?: { secretName?: string };
  projected?: { sources?: { serviceAccountToken?: unknown; secret?: unknown }[] };
}

interface EnvVar {
  name: string;
  valueFrom?: { secretKeyRef?: { name: string } };
}

function mirrorFault({ spec = {} }: KubeObject): string | undefined {
  if (spec.serviceAccountName) return 'a mirror pod may not reference service accounts';
  const volumes = (spec.volumes ?? []) as Volume[];
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])] as { env?: EnvVar[] }[];
  const secrets =
    volumes.some(({ secret, projected }) => secret || projected?.sources?.some((source) => source.secret)) ||
    containers.some(({ env }) => env?.some(({ valueFrom }) => valueFrom?.secretKeyRef));
  if (secrets) return 'a mirror pod may not reference secrets';
  const tokens = volumes.some(({ projected }) => projected?.sources?.some((source) => source.serviceAccountToken));
  return tokens ? 'a mirror pod may not use ServiceAccountToken volume projections' : undefined;
}

const namesOf = (references: unknown): Set<string> =>
  new Set(((references ?? []) as { name: string }[]).map(({ name }) => name));

/** The first secret that the account does not list, where the account says that only those may be used. */
function secretFault({ spec = {} }: KubeObject, account: KubeObject): string | undefined {
  const { name = '' } = account.metadata;
  const mountable = namesOf(account.secrets);
  for (const { secret } of (spec.volumes ?? []) as Volume[]) {
    if (!secret || mountable.has(secret.secretName ?? '')) continue;
    return `volume with secret.secretName="${secret.secretName}" is not allowed because service account ${name} does not reference that secret`;
  }
  for (const [kind, containers] of [
    ['init container', spec.initContainers ?? []],
    ['container', spec.containers ?? []],
  ] as [string, { name: string; env?: EnvVar[] }[]][]) {
    for (const container of containers) {
      const variable = container.env?.find(
        ({ valueFrom }) => valueFrom?.secretKeyRef && !mountable.has(valueFrom.secretKeyRef.name),
      );
      if (!variable) continue;
      return `${kind} ${container.name} with envVar ${variable.name} referencing secret.secretName="${variable.valueFrom!.secretKeyRef!.name}" is not allowed because service account ${name} does not reference that secret`;
    }
  }
  const pullable = namesOf(account.imagePullSecrets);
  const pulled = ((spec.imagePullSecrets ?? []) as { name: string }[]).findIndex((one) => !pullable.has(one.name));
  if (pulled < 0) return undefined;
  return `imagePullSecrets[${pulled}].name="${spec.imagePullSecrets[pulled].name}" is not allowed because service account ${name} does not reference that imagePullSecret`;
}

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

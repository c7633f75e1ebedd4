import type { KubeObject } from './meta.ts';

/** An object that another one uses, and in what way. */
export interface Use {
  /** Kind without its group: `ConfigMap`, `PriorityClass`. */
  kind: string;
  name: string;
  /** `env DB_PASSWORD of app`, `volume config`. */
  how: string;
  /** Where the used object is, where that is not the user's own namespace. */
  namespace?: string;
}

// biome-ignore lint/suspicious/noExplicitAny: specs as they come
type Fields = Record<string, any>;

/** The spec of a pod, or of the pods that an object makes. */
export function podSpecOf({ kind, spec }: KubeObject): Fields | undefined {
  if (kind === 'Pod') return spec;
  return spec?.jobTemplate?.spec?.template?.spec ?? spec?.template?.spec;
}

const use = (kind: string, name: string | undefined, how: string): Use[] => (name ? [{ kind, name, how }] : []);

function ofVolume(volume: Fields): Use[] {
  const how = `volume ${volume.name}`;
  const sources: readonly Fields[] = volume.projected?.sources ?? [];
  return [
    ...use('ConfigMap', volume.configMap?.name, how),
    ...use('Secret', volume.secret?.secretName, how),
    ...use('PersistentVolumeClaim', volume.persistentVolumeClaim?.claimName, how),
    ...use('Secret', volume.csi?.nodePublishSecretRef?.name, how),
    ...sources.flatMap((source) => [
      ...use('ConfigMap', source.configMap?.name, how),
      ...use('Secret', source.secret?.name, how),
    ]),
  ];
}

function ofContainer({ name, env = [], envFrom = [] }: Fields): Use[] {
  return [
    ...envFrom.flatMap((from: Fields) => [
      ...use('ConfigMap', from.configMapRef?.name, `all variables of ${name}`),
      ...use('Secret', from.secretRef?.name, `all variables of ${name}`),
    ]),
    ...env.flatMap(({ name: variable, valueFrom }: Fields) => [
      ...use('ConfigMap', valueFrom?.configMapKeyRef?.name, `env ${variable} of ${name}`),
      ...use('Secret', valueFrom?.secretKeyRef?.name, `env ${variable} of ${name}`),
    ]),
  ];
}

function ofPodSpec(spec: Fields): Use[] {
  const containers: readonly Fields[] = [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ];
  return [
    ...use('ServiceAccount', spec.serviceAccountName, 'runs as it'),
    ...use('PriorityClass', spec.priorityClassName, 'priority'),
    ...containers.flatMap(ofContainer),
    ...(spec.volumes ?? []).flatMap(ofVolume),
    ...(spec.imagePullSecrets ?? []).flatMap((secret: Fields) => use('Secret', secret.name, 'pulls images with it')),
  ];
}

const byKind: Readonly<Record<string, (object: KubeObject) => Use[]>> = {
  Ingress: ({ spec }) => [
    ...(spec?.tls ?? []).flatMap((tls: Fields) =>
      use('Secret', tls.secretName, `TLS of ${(tls.hosts ?? ['all hosts']).join(', ')}`),
    ),
    ...backendsOf(spec).flatMap((name) => use('Service', name, 'sends requests to it')),
    ...use('IngressClass', spec?.ingressClassName, 'class'),
  ],
  ServiceAccount: ({ secrets = [], imagePullSecrets = [] }) => [
    ...secrets.flatMap((secret: Fields) => use('Secret', secret.name, 'its secret')),
    ...imagePullSecrets.flatMap((secret: Fields) => use('Secret', secret.name, 'pulls images with it')),
  ],
  RoleBinding: bound,
  ClusterRoleBinding: bound,
  PersistentVolumeClaim: ({ spec }) => [
    ...use('PersistentVolume', spec?.volumeName, 'bound'),
    ...use('StorageClass', spec?.storageClassName, 'class'),
  ],
  PersistentVolume: ({ spec }) => use('StorageClass', spec?.storageClassName, 'class'),
  StatefulSet: ({ spec }) => use('Service', spec?.serviceName, 'names its pods'),
  HorizontalPodAutoscaler: ({ spec }) => use(spec?.scaleTargetRef?.kind, spec?.scaleTargetRef?.name, 'scales it'),
};

function bound({ kind, roleRef, subjects = [] }: KubeObject): Use[] {
  return [
    ...use(roleRef?.kind, roleRef?.name, 'grants it'),
    ...subjects
      .filter((subject: Fields) => subject.kind === 'ServiceAccount')
      .map(
        ({ name, namespace }: Fields): Use => ({
          kind: 'ServiceAccount',
          name,
          how: `grants ${roleRef?.kind === 'ClusterRole' ? 'cluster role' : 'role'} ${roleRef?.name}${kind === 'ClusterRoleBinding' ? ' everywhere' : ''}`,
          ...(namespace && { namespace }),
        }),
      ),
  ];
}

/** Names of the services that an ingress leads to; each once. */
export function backendsOf(spec: Fields | undefined): string[] {
  const paths: readonly Fields[] = (spec?.rules ?? []).flatMap((rule: Fields) => rule.http?.paths ?? []);
  const names = [spec?.defaultBackend, ...paths.map(({ backend }) => backend)].flatMap(
    (one) => one?.service?.name ?? [],
  );
  return [...new Set<string>(names)];
}

/** Everything that an object uses, with the way it does; a name that is used in several ways stands there several times. */
export function usesOf(object: KubeObject): Use[] {
  const spec = podSpecOf(object);
  const own = Object.hasOwn(byKind, object.kind) ? byKind[object.kind]!(object) : [];
  return [...(spec ? ofPodSpec(spec) : []), ...own];
}

/** Kinds of which each object names others that it uses. */
export const usingKinds = [
  'pods',
  'deployments.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'replicasets.apps',
  'jobs.batch',
  'cronjobs.batch',
  'ingresses.networking.k8s.io',
  'serviceaccounts',
  'rolebindings.rbac.authorization.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
  'persistentvolumeclaims',
  'persistentvolumes',
  'horizontalpodautoscalers.autoscaling',
] as const;

/** The ways in which `user` uses the object that is named; each once. */
export function waysOfUse(
  user: KubeObject,
  used: { kind: string; namespace: string | undefined; name: string },
): string[] {
  const ways = usesOf(user)
    .filter(({ kind, name, namespace }) => {
      if (kind !== used.kind || name !== used.name) return false;
      return used.namespace === undefined || (namespace ?? user.metadata.namespace) === used.namespace;
    })
    .map(({ how }) => how);
  return [...new Set(ways)];
}

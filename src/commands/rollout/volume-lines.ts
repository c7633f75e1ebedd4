import type { KubeObject } from '../../api/meta.ts';

interface Volume {
  name: string;
  [source: string]: unknown;
}

type Source = NonNullable<KubeObject['spec']>;

const empty = (value: unknown, text: string) => (value === undefined || value === null ? text : String(value));

/** What describe says of each volume source: its type, then its fields. */
const sources: Readonly<Record<string, (source: Source) => string[]>> = {
  hostPath: ({ path, type }) => [
    'Type:\tHostPath (bare host directory volume)',
    `Path:\t${path}`,
    `HostPathType:\t${type ?? ''}`,
  ],
  emptyDir: ({ medium, sizeLimit }) => [
    "Type:\tEmptyDir (a temporary directory that shares a pod's lifetime)",
    `Medium:\t${medium ?? ''}`,
    `SizeLimit:\t${empty(sizeLimit, '<unset>')}`,
  ],
  secret: ({ secretName, optional }) => [
    'Type:\tSecret (a volume populated by a Secret)',
    `SecretName:\t${secretName}`,
    `Optional:\t${optional === true}`,
  ],
  configMap: ({ name, optional }) => [
    'Type:\tConfigMap (a volume populated by a ConfigMap)',
    `Name:\t${name}`,
    `Optional:\t${optional === true}`,
  ],
  persistentVolumeClaim: ({ claimName, readOnly }) => [
    'Type:\tPersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)',
    `ClaimName:\t${claimName}`,
    `ReadOnly:\t${readOnly === true}`,
  ],
  projected: ({ sources: list = [] }) => [
    'Type:\tProjected (a volume that contains injected data from multiple sources)',
    ...list.flatMap(projectedLines),
  ],
  downwardAPI: ({ items = [] }) => [
    'Type:\tDownwardAPI (a volume populated by information about the pod)',
    'Items:',
    ...items.flatMap(({ fieldRef, path }: Source) => (fieldRef ? [`  ${fieldRef.fieldPath} -> ${path}`] : [])),
  ],
};

function projectedLines({ secret, configMap, serviceAccountToken, downwardAPI }: Source): string[] {
  if (secret) return [`SecretName:\t${secret.name}`, `Optional:\t${empty(secret.optional, '<nil>')}`];
  if (configMap) return [`ConfigMapName:\t${configMap.name}`, `Optional:\t${empty(configMap.optional, '<nil>')}`];
  if (serviceAccountToken) return [`TokenExpirationSeconds:\t${serviceAccountToken.expirationSeconds ?? 3600}`];
  return downwardAPI ? ['DownwardAPI:\ttrue'] : [];
}

/** The volumes of a pod template as `kubectl describe` writes them inside one, tabs unaligned. */
export function volumeLines(volumes: readonly Volume[]): string[] {
  if (volumes.length === 0) return ['  Volumes:\t<none>'];
  return ['  Volumes:', ...volumes.flatMap((volume) => [`   ${volume.name}:`, ...sourceLines(volume)])];
}

function sourceLines(volume: Volume): string[] {
  const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'emptyDir';
  const known = sources[kind];
  return known ? known((volume[kind] ?? {}) as Source).map((line) => `    ${line}`) : ['  <unknown>'];
}

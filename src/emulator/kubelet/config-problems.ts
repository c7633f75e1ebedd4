import type { KubeObject } from '../../api/meta.ts';
import type { Lister } from '../client.ts';
import type { ContainerSpec } from '../runtime/container.ts';
import type { Fields } from '../runtime/fields.ts';

/** Which resource a reference means, and how the kubelet names it when it is missing. */
const sources = {
  configMap: { resource: 'configmaps', word: 'configmap', title: 'ConfigMap' },
  secret: { resource: 'secrets', word: 'secret', title: 'Secret' },
} as const;

type SourceName = keyof typeof sources;

interface Reference {
  name?: string;
  key?: string;
  optional?: boolean;
}

function missing(
  lister: Lister,
  namespace: string,
  source: SourceName,
  reference: Reference | undefined,
): string | undefined {
  if (!reference?.name || reference.optional) return undefined;
  const { resource, word, title } = sources[source];
  const object = lister.get<KubeObject>(resource, namespace, reference.name);
  if (!object) return `${word} "${reference.name}" not found`;
  const hasKey = !reference.key || reference.key in { ...object['data'], ...object['binaryData'] };
  return hasKey ? undefined : `couldn't find key ${reference.key} in ${title} ${namespace}/${reference.name}`;
}

/** Why the container's environment cannot be built: a ConfigMap, Secret or key that is not there. */
export function environmentProblem(lister: Lister, namespace: string, container: ContainerSpec): string | undefined {
  for (const { configMapRef, secretRef } of container.envFrom ?? []) {
    const problem =
      missing(lister, namespace, 'configMap', configMapRef) ?? missing(lister, namespace, 'secret', secretRef);
    if (problem) return problem;
  }
  for (const { valueFrom } of container.env ?? []) {
    const problem =
      missing(lister, namespace, 'configMap', valueFrom?.['configMapKeyRef']) ??
      missing(lister, namespace, 'secret', valueFrom?.['secretKeyRef']);
    if (problem) return problem;
  }
  return undefined;
}

/** Why the pod's volumes cannot be mounted; '' while a claim is not bound yet (which is nothing to warn about). */
export function volumeProblem(lister: Lister, pod: KubeObject): string | undefined {
  const namespace = pod.metadata.namespace!;
  for (const volume of (pod['spec'].volumes ?? []) as Fields[]) {
    const problem =
      missing(lister, namespace, 'configMap', volume['configMap']) ??
      missing(
        lister,
        namespace,
        'secret',
        volume['secret'] && { ...volume['secret'], name: volume['secret'].secretName },
      );
    if (problem) return `MountVolume.SetUp failed for volume "${volume['name']}" : ${problem}`;
    const claim = volume['persistentVolumeClaim']?.claimName;
    if (claim && lister.get<KubeObject>('persistentvolumeclaims', namespace, claim)?.['status']?.phase !== 'Bound')
      return '';
  }
  return undefined;
}

/** The names of the pod's pull secrets that are not there: the kubelet tries without them. */
export function missingPullSecrets(lister: Lister, { spec, metadata }: KubeObject): string[] {
  const names = ((spec.imagePullSecrets ?? []) as Reference[]).flatMap(({ name }) => (name ? [name] : []));
  return names.filter((name) => !lister.get('secrets', metadata.namespace, name));
}

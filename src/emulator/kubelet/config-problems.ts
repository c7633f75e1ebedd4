import type { KubeObject } from '../../api/meta.ts';
import { parseReference } from '../../oci/reference.ts';
import type { KeyringEntry } from '../../oci/registry/credentials.ts';
import { keyringOf, pullSecretNames } from '../../oci/registry/pull-secrets.ts';
import type { Lister } from '../client.ts';
import type { ContainerSpec } from '../runtime/container.ts';
import type { Fields } from '../runtime/fields.ts';

/** Which resource a reference means, and how the kubelet names it when it is missing. */
const sources = {
  configMap: {
    resource: 'configmaps',
    word: 'configmap',
    title: 'ConfigMap',
    lost: 'configmap references non-existent config key',
  },
  secret: { resource: 'secrets', word: 'secret', title: 'Secret', lost: 'references non-existent secret key' },
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

/** Official images whose main process has a user by name; all others of them begin as root, but for those by number. */
const IMAGE_USERS: Readonly<Record<string, string>> = {
  haproxy: 'haproxy',
  memcached: 'memcache',
  solr: 'solr',
  sonarqube: 'sonarqube',
  varnish: 'varnish',
};
const BY_NUMBER: ReadonlySet<string> = new Set(['elasticsearch', 'kibana', 'logstash', 'couchdb', 'neo4j']);

/** The user of an official image; undefined of all others, which nobody has looked into. */
function imageUser(image: string): string | undefined {
  const { registry, repository } = parseReference(image);
  const [, name] = /^library\/(.+)$/.exec(repository) ?? [];
  if (registry !== 'docker.io' || !name || BY_NUMBER.has(name)) return undefined;
  return IMAGE_USERS[name] ?? 'root';
}

interface SecurityContext {
  runAsNonRoot?: boolean;
  runAsUser?: number;
}

/** The user of a real image by its config: `1000:1000`, `app`, '' for root. */
const configuredUser = (user: string): string | undefined => {
  const [name = ''] = user.split(':');
  if (name === '' || /^0+$/.test(name)) return 'root';
  return /^\d+$/.test(name) ? undefined : name;
};

/**
 * Why a container that must not run as root would do so (kuberuntime/security_context_others.go, verifyRunAsNonRoot).
 * @param configured the user as the config of a real image has it
 */
export function rootProblem(
  { metadata, spec }: KubeObject,
  container: ContainerSpec,
  configured?: string,
): string | undefined {
  const { runAsNonRoot, runAsUser }: SecurityContext = { ...spec.securityContext, ...container.securityContext };
  if (!runAsNonRoot || (runAsUser !== undefined && runAsUser !== 0)) return undefined;
  const where = `(pod: "${metadata.name}_${metadata.namespace}(${metadata.uid})", container: ${container.name})`;
  if (runAsUser === 0) return `container's runAsUser breaks non-root policy ${where}`;
  const user = configured === undefined ? imageUser(container.image) : configuredUser(configured);
  if (user === undefined) return undefined;
  return user === 'root'
    ? `container has runAsNonRoot and image will run as root ${where}`
    : `container has runAsNonRoot and image has non-numeric user (${user}), cannot verify user is non-root ${where}`;
}

interface Items extends Reference {
  secretName?: string;
  items?: { key: string }[];
}

/** What is missing of a ConfigMap or Secret that is mounted: it, or a key that is asked for by name. */
function unmountable(
  lister: Lister,
  namespace: string,
  source: SourceName,
  asked: Items | undefined,
): string | undefined {
  if (!asked) return undefined;
  const name = asked.secretName ?? asked.name;
  const problem = missing(lister, namespace, source, { ...asked, ...(name ? { name } : {}) });
  const object = name ? lister.get<KubeObject>(sources[source].resource, namespace, name) : undefined;
  if (problem || !object || asked.optional) return problem;
  const held = { ...object['data'], ...object['binaryData'] };
  const lost = asked.items?.find(({ key }) => !(key in held));
  return lost && `${sources[source].lost}: ${lost.key}`;
}

/** Why the pod's volumes cannot be mounted; '' while a claim is not bound yet (which is nothing to warn about). */
export function volumeProblem(lister: Lister, pod: KubeObject): string | undefined {
  const namespace = pod.metadata.namespace!;
  for (const volume of (pod['spec'].volumes ?? []) as Fields[]) {
    const parts: Fields[] = [volume, ...(volume['projected']?.sources ?? [])];
    const problem = parts
      .map(
        (part) =>
          unmountable(lister, namespace, 'configMap', part['configMap']) ??
          unmountable(lister, namespace, 'secret', part['secret']),
      )
      .find((one) => one !== undefined);
    if (problem) return `MountVolume.SetUp failed for volume "${volume['name']}" : ${problem}`;
    const claim = volume['persistentVolumeClaim']?.claimName;
    if (claim && lister.get<KubeObject>('persistentvolumeclaims', namespace, claim)?.['status']?.phase !== 'Bound')
      return '';
  }
  return undefined;
}

/** The credentials that a kubelet pulls the pod's images with: those of its pull secrets, which may be its account's. */
export function podKeyring(lister: Lister, { spec, metadata }: KubeObject): KeyringEntry[] {
  const names = pullSecretNames(spec.imagePullSecrets) ?? [];
  return keyringOf(names.flatMap((name) => lister.get<KubeObject>('secrets', metadata.namespace, name) ?? []));
}

interface ImageVolume {
  name: string;
  image?: { reference?: string; pullPolicy?: string };
}

const NONE: readonly never[] = [];

/** The images that a container has mounted as volumes, in the pod's order. */
export function imageVolumesOf(
  { spec }: KubeObject,
  { volumeMounts = [] }: ContainerSpec,
): readonly { image: string; imagePullPolicy?: string }[] {
  const volumes = spec.volumes as ImageVolume[] | undefined;
  if (!volumes?.some(({ image }) => image)) return NONE;
  return volumes
    .filter(({ name, image }) => image?.reference && volumeMounts.some((mount) => mount.name === name))
    .map(({ image }) => ({
      image: image!.reference!,
      ...(image!.pullPolicy ? { imagePullPolicy: image!.pullPolicy } : {}),
    }));
}

/** The names of the pod's pull secrets that are not there: the kubelet tries without them. */
export function missingPullSecrets(lister: Lister, { spec, metadata }: KubeObject): string[] {
  const names = ((spec.imagePullSecrets ?? []) as Reference[]).flatMap(({ name }) => (name ? [name] : []));
  return names.filter((name) => !lister.get('secrets', metadata.namespace, name));
}

import type { KubeObject } from '../../api/meta.ts';
import { type ImageReference, parseReference } from '../../oci/reference.ts';
import { bad, type Fact, guess, ok, warn } from './fact.ts';
import type { World } from './world.ts';

/** Reasons of containers that wait for their image. */
const PULLING = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'RegistryUnavailable',
  'ImageInspectError',
]);

interface Container {
  name: string;
  image?: string;
  imagePullPolicy?: string;
}

interface WaitingStatus {
  name: string;
  state?: { waiting?: { reason?: string } };
}

function pulling(pod: KubeObject): WaitingStatus[] {
  const { containerStatuses = [], initContainerStatuses = [] } = pod['status'] ?? {};
  return [...initContainerStatuses, ...containerStatuses].filter(({ state }: WaitingStatus) =>
    PULLING.has(state?.waiting?.reason ?? ''),
  );
}

/** Does a container of it wait for its image, after a failure? */
export const isPulling = (pod: KubeObject): boolean => pulling(pod).length > 0;

/** The links between a container and its registry: how its image is named, by which secrets it is asked for, who has it. */
export async function pullFacts(pod: KubeObject, world: World): Promise<Fact[]> {
  const { containers = [], initContainers = [] } = pod['spec'];
  const found: Fact[] = [];
  const told = new Set<string>();
  for (const { name } of pulling(pod)) {
    const container = ([...initContainers, ...containers] as Container[]).find((one) => one.name === name);
    const reference = parse(container?.image);
    if (!container || !reference || told.has(container.image!)) continue;
    told.add(container.image!);
    found.push(nameFact(container, reference), ...policyFacts(container, pod));
    found.push(...(await secretFacts(pod, reference, world)), ...(await holderFacts(reference, world)));
  }
  return found;
}

function parse(image: string | undefined): ImageReference | undefined {
  try {
    return image ? parseReference(image) : undefined;
  } catch {
    return undefined;
  }
}

function nameFact({ image }: Container, { registry, repository, tag, digest }: ImageReference): Fact {
  const version = digest ?? (tag === undefined ? 'tag latest, since none is given' : `tag ${tag}`);
  return warn(`image ${image} means: registry ${registry}, repository ${repository}, ${version}`);
}

function policyFacts({ imagePullPolicy }: Container, pod: KubeObject): Fact[] {
  if (imagePullPolicy !== 'Never') return [];
  return [
    bad(
      `its pull policy is Never: node ${pod['spec'].nodeName} has to have the image already`,
      'load the image onto the node, or use imagePullPolicy: IfNotPresent',
    ),
  ];
}

/** Secrets of the pod; without any, those of its service account, which the admission of pods fills in at creation only. */
async function secretFacts(pod: KubeObject, { registry }: ImageReference, world: World): Promise<Fact[]> {
  const namespace = pod.metadata.namespace!;
  const own: { name: string }[] = pod['spec'].imagePullSecrets ?? [];
  const account: string = pod['spec'].serviceAccountName ?? 'default';
  if (own.length === 0) {
    const found = await world.get('serviceaccounts', namespace, account);
    const its: { name: string }[] = found?.['imagePullSecrets'] ?? [];
    if (its.length === 0)
      return [
        warn(`it is pulled without credentials: neither the pod nor its service account ${account} names a secret`),
      ];
    return [
      bad(
        `the pod names no secret; its service account ${account} names ${its.map(({ name }) => name).join(', ')} by now, which only new pods get`,
        'delete the pod, so that it is made anew with it',
      ),
    ];
  }
  const facts: Fact[] = [];
  for (const { name } of own) {
    const before = world.missing.length;
    const secret = await world.get('secrets', namespace, name);
    if (secret) facts.push(credentialFact(secret, registry));
    else if (world.missing.length === before)
      facts.push(
        bad(
          `pull secret ${name}, which the pod names, does not exist in namespace ${namespace}`,
          `kctl create secret docker-registry ${name} -n ${namespace} --docker-server=${registry} --docker-username=USER --docker-password=PASSWORD`,
        ),
      );
  }
  return facts;
}

/** Types of secrets with registries, and the key that holds them. */
const REGISTRY_SECRETS: Readonly<Record<string, string>> = {
  'kubernetes.io/dockerconfigjson': '.dockerconfigjson',
  'kubernetes.io/dockercfg': '.dockercfg',
};

/** Of the secret only the registries are looked at. */
function credentialFact({ metadata: { name }, type, data }: KubeObject, registry: string): Fact {
  const key = REGISTRY_SECRETS[type ?? ''];
  if (key === undefined)
    return bad(
      `pull secret ${name} is of type ${type}, which says nothing of registries`,
      'make it with: kctl create secret docker-registry',
    );
  const hosts = hostsIn(data?.[key], key);
  if (!hosts)
    return bad(`pull secret ${name} holds no readable ${key}`, 'make it anew with: kctl create secret docker-registry');
  if (hosts.some((host) => fits(host, registry)))
    return ok(`pull secret ${name} has credentials for ${registry}; whether they are right only the registry knows`);
  return bad(
    `pull secret ${name} has credentials for ${hosts.join(', ') || 'no registry'}, and none for ${registry}`,
    `give the pod a secret with credentials for ${registry}`,
  );
}

function hostsIn(data: string | undefined, key: string): string[] | undefined {
  try {
    const parsed = JSON.parse(Buffer.from(data ?? '', 'base64').toString());
    return Object.keys((key === '.dockercfg' ? parsed : parsed.auths) ?? {}).map(hostOf);
  } catch {
    return undefined;
  }
}

/** `https://index.docker.io/v1/` → `docker.io`; a path behind the host stays out of it. */
function hostOf(server: string): string {
  const host = server.replace(/^https?:\/\//, '').split('/')[0]!;
  return /^(?:index\.|registry-1\.)?docker\.io$/.test(host) ? 'docker.io' : host;
}

/** `*.example.com` stands for one part of a name (kubelet, credentialprovider, `URLsMatch`). */
function fits(pattern: string, registry: string): boolean {
  const [some, parts] = [pattern.split('.'), registry.split('.')];
  return some.length === parts.length && some.every((part, at) => part === '*' || part === parts[at]);
}

/** Which tags of the repository nodes have: what was meant may be among them. */
async function holderFacts({ registry, repository, tag }: ImageReference, world: World): Promise<Fact[]> {
  const nodes = await world.list('nodes');
  const tags = new Map<string, number>();
  for (const node of nodes) {
    const names: string[] = (node['status']?.images ?? []).flatMap((image: { names?: string[] }) => image.names ?? []);
    for (const one of new Set(names)) {
      const held = parse(one);
      if (held?.registry !== registry || held.repository !== repository || !held.tag || held.digest) continue;
      tags.set(held.tag, (tags.get(held.tag) ?? 0) + 1);
    }
  }
  if (tags.size === 0) return [];
  const same = tags.get(tag ?? 'latest');
  if (same !== undefined) return [guess(`${same} of ${nodes.length} nodes have this very image: it was there once`)];
  const shown = [...tags.keys()].sort().slice(0, 5).join(', ');
  return [warn(`of ${repository} nodes have ${tags.size === 1 ? 'the tag' : 'the tags'} ${shown}`)];
}

import { type ImageFacts, imageFactsPath } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import { KctlError } from '../../lib/errors.ts';
import type { IoStreams } from '../../lib/io.ts';
import { parseReference } from '../../oci/reference.ts';
import type { KeyringEntry } from '../../oci/registry/credentials.ts';
import { isOwnNode, type KnownImage } from '../../store/rollout/diff/node-pulls.ts';

/** @param pod one that runs it: its node's platform and its pull secrets count */
export type ImageLookUp = (reference: string, pod: KubeObject | undefined) => Promise<KnownImage>;

export interface LookUpOptions {
  /** Those of the cluster; undefined where they may not be read. */
  nodes: readonly KubeObject[] | undefined;
  /** False: registries are not asked. */
  registries: boolean;
  /** Hosts of registries that may be spoken to without TLS. */
  insecureRegistries?: readonly string[];
  io: Pick<IoStreams, 'env'>;
  signal: AbortSignal;
}

/**
 * Looks up images: the bundled cluster tells itself; of all others manifest and config are read from the image's
 * registry, with the pull secrets of a pod where it gives nothing without. Nothing is asked twice.
 */
export function imageLookUp(cluster: Cluster, options: LookUpOptions): ImageLookUp {
  const { nodes = [], signal } = options;
  const isOwn = nodes.some(isOwnNode);
  const registry = fromRegistries(cluster, options);
  const ask: AskImage = async (reference, pod, platform) => {
    // Where nobody says what the nodes are, the server is asked whether it is one that knows.
    const told = isOwn || options.nodes === undefined ? await ownFacts(cluster, reference, signal) : undefined;
    return told && (isOwn || 'facts' in told) ? told : registry(reference, pod, platform);
  };
  const known = new Map<string, Promise<KnownImage>>();
  return (reference, pod) => {
    const platform = platformOf(pod, nodes);
    const key = `${platform.os}/${platform.architecture} ${isOwn ? '' : (pod?.metadata.namespace ?? '')} ${reference}`;
    const answer = known.get(key) ?? ask(reference, pod, platform);
    known.set(key, answer);
    return answer;
  };
}

type AskImage = (
  reference: string,
  pod: KubeObject | undefined,
  platform: { os: string; architecture: string },
) => Promise<KnownImage>;

/**
 * The image that a container was made from, whatever its tag means by now; where nobody has that any more, or nothing was
 * made yet, what its name means.
 * @param imageId of the container's status: `docker.io/library/nginx@sha256:…`, with `docker-pullable://` before it, or ''
 */
export async function lookUpRunning(
  lookUp: ImageLookUp,
  image: string,
  imageId: string,
  pod: KubeObject | undefined,
): Promise<KnownImage> {
  const pinned = /^(?:docker-pullable:\/\/)?(.+@sha256:[0-9a-f]{64})$/.exec(imageId)?.[1];
  const exact = pinned ? await lookUp(pinned, pod) : undefined;
  return exact && 'facts' in exact ? exact : lookUp(image, pod);
}

/** What the nodes run on; that of the first where a pod has none. */
function platformOf(pod: KubeObject | undefined, nodes: readonly KubeObject[]): { os: string; architecture: string } {
  const node = nodes.find(({ metadata }) => metadata.name === pod?.['spec']?.nodeName) ?? nodes[0];
  const { operatingSystem = 'linux', architecture = 'amd64' } = node?.['status']?.nodeInfo ?? {};
  return { os: operatingSystem, architecture };
}

async function ownFacts({ transport }: Cluster, reference: string, signal: AbortSignal): Promise<KnownImage> {
  try {
    return { facts: await transport.json<ImageFacts>({ method: 'GET', path: imageFactsPath(reference), signal }) };
  } catch (error) {
    // An image that cannot be pulled, or somebody who may not ask.
    if (error instanceof ApiStatusError) return { unknown: 'the cluster knows no such image' };
    throw error;
  }
}

function fromRegistries(
  cluster: Cluster,
  { registries, insecureRegistries = [], io, signal }: LookUpOptions,
): AskImage {
  const keyrings = pullKeyrings(cluster, signal);
  let reader: ReturnType<typeof openReader> | undefined;
  /** Hosts that do not answer, and how: what waits for one need not wait again. */
  const silent = new Map<string, string>();
  return async (reference, pod, platform) => {
    if (!registries) return { unknown: 'registries were not asked' };
    let host = '';
    try {
      host = parseReference(reference).registry;
      if (silent.has(host)) return { unknown: silent.get(host)! };
      reader ??= openReader(io, insecureRegistries);
      const { http, read } = await reader;
      const asked = { http, platform, signal };
      try {
        return { facts: await read(reference, asked) };
      } catch (error) {
        // Secrets are read for those only who want to see them.
        if (!(error instanceof KctlError && error.code === 'auth') || !pod) throw error;
        const keyring = await keyrings(pod);
        if (keyring.length === 0) throw error;
        return { facts: await read(reference, { ...asked, keyring }) };
      }
    } catch (error) {
      if (signal.aborted || !(error instanceof KctlError)) throw error;
      const unknown = `the registry cannot be read: ${error.message}`;
      if (error.code === 'connection') silent.set(host, unknown);
      return { unknown };
    }
  };
}

async function openReader(io: Pick<IoStreams, 'env'>, insecure: readonly string[]) {
  const [{ readRegistryImage }, { RegistryHttp }, { registryConnections }] = await Promise.all([
    import('../../oci/registry/image-facts.ts'),
    import('../../oci/registry/http.ts'),
    import('../../kube/registry-agents.ts'),
  ]);
  const http = new RegistryHttp({ ...registryConnections(io.env), plainHosts: insecure });
  return { http, read: readRegistryImage };
}

/** The secrets that a kubelet would pull with: those of the pod, else those of its service account. */
function pullKeyrings({ transport }: Cluster, signal: AbortSignal): (pod: KubeObject) => Promise<KeyringEntry[]> {
  const known = new Map<string, Promise<KubeObject | undefined>>();
  const get = (namespace: string, resource: string, name: string): Promise<KubeObject | undefined> => {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/${resource}/${encodeURIComponent(name)}`;
    const answer =
      known.get(path) ??
      transport.json<KubeObject>({ method: 'GET', path, signal }).catch((error: unknown) => {
        // Not there, or not to be read by us: then it is tried without.
        if (error instanceof ApiStatusError) return undefined;
        throw error;
      });
    known.set(path, answer);
    return answer;
  };
  return async ({ metadata: { namespace = '' }, spec = {} }) => {
    const { keyringOf, pullSecretNames } = await import('../../oci/registry/pull-secrets.ts');
    let names = pullSecretNames(spec['imagePullSecrets']);
    if (!names) {
      const account = await get(namespace, 'serviceaccounts', String(spec['serviceAccountName'] ?? 'default'));
      names = pullSecretNames(account?.['imagePullSecrets']) ?? [];
    }
    const secrets = await Promise.all(names.map((name) => get(namespace, 'secrets', name)));
    return keyringOf(secrets.filter((secret) => secret !== undefined));
  };
}

import { type ImageFacts, imageFactsPath } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { findBuiltin } from '../../api/resources.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { IoStreams } from '../../lib/io.ts';
import { ImageLookUp } from '../../oci/look-up/image-look-up.ts';
import { type PodImages, podImages } from '../../oci/look-up/pod-images.ts';
import type { RegistryImages } from '../../oci/look-up/registry-images.ts';
import { isOwnNode } from '../../store/rollout/diff/node-pulls.ts';

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

/** See `ImageLookUp`: the bundled cluster tells itself, of all others the registries do. */
export function clusterPodImages(cluster: Cluster, options: LookUpOptions): PodImages {
  const { nodes } = options;
  return podImages(imageLookUp(cluster, { ...options, isOwn: nodes?.some(isOwnNode) }), nodes ?? []);
}

/** @param isOwn whether it is the bundled cluster; undefined: nobody says */
export function imageLookUp(
  cluster: Cluster,
  { isOwn, ...options }: Omit<LookUpOptions, 'nodes'> & { isOwn: boolean | undefined },
): ImageLookUp {
  let opened: Promise<RegistryImages> | undefined;
  return new ImageLookUp({
    isOwn,
    ownFacts: (reference) => ownFacts(cluster, reference, options.signal),
    ...(options.registries && {
      registries: () => {
        opened ??= openRegistries(cluster, options);
        return opened;
      },
    }),
  });
}

async function ownFacts(
  { transport }: Cluster,
  reference: string,
  signal: AbortSignal,
): Promise<ImageFacts | undefined> {
  try {
    const facts = await transport.json<ImageFacts>({ method: 'GET', path: imageFactsPath(reference), signal });
    // Something before a server may answer for paths that this has not.
    return Array.isArray(facts?.layers) ? facts : undefined;
  } catch (error) {
    // An image that cannot be pulled, a server that is no bundled one, or somebody who may not ask.
    if (error instanceof ApiStatusError) return undefined;
    throw error;
  }
}

async function openRegistries(
  { transport }: Cluster,
  { io: { env }, insecureRegistries = [], signal }: Omit<LookUpOptions, 'nodes'>,
): Promise<RegistryImages> {
  const [{ RegistryImages }, { userAccess }, { registryConnections }, { userFactsCache }, { readRegistrySettings }] =
    await Promise.all([
      import('../../oci/look-up/registry-images.ts'),
      import('../../oci/registry/user-access.ts'),
      import('../../kube/registry-agents.ts'),
      import('../../oci/look-up/facts-cache.ts'),
      import('../../settings/registries.ts'),
    ]);
  const cache = userFactsCache(env);
  const { http, route, credentials } = userAccess({
    ...{ env, signal, settings: readRegistrySettings(env), connections: registryConnections },
    plainHosts: insecureRegistries,
  });
  const kinds: Readonly<Record<string, ResourceInfo>> = {
    secrets: findBuiltin('secrets')!,
    serviceaccounts: findBuiltin('serviceaccounts')!,
  };
  return new RegistryImages({
    ...{ http, route, credentials, signal, ...(cache && { cache }) },
    get: (resource, namespace, name) =>
      transport.json<KubeObject>({ method: 'GET', path: resourcePath(kinds[resource]!, { namespace, name }), signal }),
  });
}

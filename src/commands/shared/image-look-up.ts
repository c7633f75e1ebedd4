import { type ImageFacts, imageFactsPath, type KnownImage } from '../../api/image-facts.ts';
import type { KubeObject } from '../../api/meta.ts';
import { type ResourceInfo, resourcePath } from '../../api/resource.ts';
import { findBuiltin } from '../../api/resources.ts';
import { ApiStatusError } from '../../api/status.ts';
import type { Cluster } from '../../kube/cluster.ts';
import type { IoStreams } from '../../lib/io.ts';
import { ImageLookUp } from '../../oci/look-up/image-look-up.ts';
import { type ImagePuller, pullerOf } from '../../oci/look-up/node-platform.ts';
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

/** Looks images up for the pods that run them: their nodes' platform and their pull secrets count. */
export interface PodImages {
  /** What a name means now. */
  named(reference: string, pod: KubeObject | undefined): Promise<KnownImage>;
  /** What a container was made from. @param imageId of its status; '' where it has none */
  running(image: string, imageId: string, pod: KubeObject | undefined): Promise<KnownImage>;
}

/** See `ImageLookUp`: the bundled cluster tells itself, of all others the registries do. */
export function podImages(cluster: Cluster, options: LookUpOptions): PodImages {
  const { nodes } = options;
  const images = imageLookUp(cluster, { ...options, isOwn: nodes?.some(isOwnNode) });
  const byName = new Map((nodes ?? []).map((node) => [node.metadata.name ?? '', node]));
  const pullers = new WeakMap<KubeObject, ImagePuller>();
  const puller = (pod: KubeObject | undefined): ImagePuller => {
    const known = (pod && pullers.get(pod)) ?? pullerOf(pod, byName);
    if (pod) pullers.set(pod, known);
    return known;
  };
  return {
    named: (reference, pod) => images.named(reference, puller(pod)),
    running: (image, imageId, pod) => images.running(image, imageId, puller(pod)),
  };
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
  const [
    { RegistryImages },
    { RegistryHttp },
    { registryConnections },
    { DockerConfig },
    caches,
    { looseRegistries },
    { userTrust },
  ] = await Promise.all([
    import('../../oci/look-up/registry-images.ts'),
    import('../../oci/registry/http.ts'),
    import('../../kube/registry-agents.ts'),
    import('../../oci/registry/docker-config.ts'),
    import('../../oci/look-up/facts-cache.ts'),
    import('../../settings/registries.ts'),
    import('../../oci/look-up/user-trust.ts'),
  ]);
  const cache = caches.userFactsCache(env);
  const { insecure, plain } = looseRegistries(env);
  const { isLoose, trust } = userTrust(env, insecure);
  const http = new RegistryHttp({
    ...registryConnections(env, isLoose, trust),
    ...{ mayBePlain: isLoose, plainHosts: insecureRegistries, onlyPlainHosts: plain },
  });
  const kinds: Readonly<Record<string, ResourceInfo>> = {
    secrets: findBuiltin('secrets')!,
    serviceaccounts: findBuiltin('serviceaccounts')!,
  };
  return new RegistryImages({
    ...{ http, signal, user: new DockerConfig(env, signal), ...(cache && { cache }) },
    get: (resource, namespace, name) =>
      transport.json<KubeObject>({ method: 'GET', path: resourcePath(kinds[resource]!, { namespace, name }), signal }),
  });
}

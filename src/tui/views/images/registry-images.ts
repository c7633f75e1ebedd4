import type { KubeObject } from '../../../api/meta.ts';
import { findBuiltin } from '../../../api/resources.ts';
import type { ImageLookUp } from '../../../oci/look-up/image-look-up.ts';
import { type ImagePuller, platformOfNode } from '../../../oci/look-up/node-platform.ts';
import type { DashboardServices } from '../../services.ts';
import type { ObjectRef } from '../view.ts';

/** What registries say of images, with the pull secrets that the dashboard may read. */
export async function registryLookUp(services: DashboardServices, signal: AbortSignal): Promise<ImageLookUp> {
  const { env } = services;
  const [
    { ImageLookUp },
    { RegistryImages },
    { RegistryHttp },
    { registryConnections },
    config,
    caches,
    { looseRegistries },
    { userTrust },
  ] = await Promise.all([
    import('../../../oci/look-up/image-look-up.ts'),
    import('../../../oci/look-up/registry-images.ts'),
    import('../../../oci/registry/http.ts'),
    import('../../../kube/registry-agents.ts'),
    import('../../../oci/registry/docker-config.ts'),
    import('../../../oci/look-up/facts-cache.ts'),
    import('../../../settings/registries.ts'),
    import('../../../oci/look-up/user-trust.ts'),
  ]);
  const cache = caches.userFactsCache(env);
  const { insecure, plain } = looseRegistries(env);
  const { isLoose, trust } = userTrust(env, insecure);
  const http = new RegistryHttp({
    ...registryConnections(env, isLoose, trust),
    ...{ mayBePlain: isLoose, onlyPlainHosts: plain },
  });
  const registries = new RegistryImages({
    ...{ http, signal, user: new config.DockerConfig(env, signal), ...(cache && { cache }) },
    get: (resource, namespace, name) => services.get(findBuiltin(resource)!, namespace, name),
  });
  // The cluster was asked before.
  return new ImageLookUp({ isOwn: false, ownFacts: async () => undefined, registries: async () => registries });
}

/**
 * Who pulls for an object: a pod, or what makes pods. What may not be read is done without; nobody pulls what stands in no
 * namespace, and it is taken to be for machines such as this one.
 */
export async function pullerFor(services: DashboardServices, ref: ObjectRef | undefined): Promise<ImagePuller> {
  const read = (kind: string, namespace: string | undefined, name: string): Promise<KubeObject | undefined> =>
    services.get(findBuiltin(kind)!, namespace, name).catch(() => undefined);
  const object = ref && (await services.get(ref.resource, ref.namespace, ref.name).catch(() => undefined));
  const spec = object && podSpecOf(object);
  const own = ref?.resource.plural === 'nodes' ? object : undefined;
  const node = spec?.['nodeName'] ? await read('nodes', undefined, String(spec['nodeName'])) : own;
  const platform = node ? platformOfNode(node) : { os: 'linux', architecture: machine(), isAssumed: true };
  return { namespace: ref?.namespace ?? '', ...(spec && { spec }), platform };
}

const machine = (): string => (process.arch === 'x64' ? 'amd64' : process.arch);

/** The pod's, or that of the pods that an object makes. */
export function podSpecOf(object: KubeObject): Record<string, unknown> | undefined {
  const { spec } = object;
  return spec?.jobTemplate?.spec?.template?.spec ?? spec?.template?.spec ?? (spec?.containers ? spec : undefined);
}

import type { KubeObject } from '../../../api/meta.ts';
import { findBuiltin } from '../../../api/resources.ts';
import { type ImagePuller, platformOfNode } from '../../../oci/look-up/node-platform.ts';
import type { RegistryImages } from '../../../oci/look-up/registry-images.ts';
import type { DashboardServices } from '../../services.ts';
import type { ObjectRef } from '../view.ts';

/** What registries say of images, with the mirrors and logins of the user and the pull secrets that the dashboard may read. */
export async function registryImages(services: DashboardServices, signal: AbortSignal): Promise<RegistryImages> {
  const { env } = services;
  const [{ RegistryImages }, { userAccess }, { registryConnections }, { userFactsCache }, { readRegistrySettings }] =
    await Promise.all([
      import('../../../oci/look-up/registry-images.ts'),
      import('../../../oci/registry/user-access.ts'),
      import('../../../kube/registry-agents.ts'),
      import('../../../oci/look-up/facts-cache.ts'),
      import('../../../settings/registries.ts'),
    ]);
  const cache = userFactsCache(env);
  const settings = readRegistrySettings(env);
  const { http, route, credentials } = userAccess({ env, signal, settings, connections: registryConnections });
  return new RegistryImages({
    ...{ http, route, credentials, signal, ...(cache && { cache }) },
    get: (resource, namespace, name) => services.get(findBuiltin(resource)!, namespace, name),
  });
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

import type { KubeObject } from '../../../api/meta.ts';
import { findBuiltin } from '../../../api/resources.ts';
import { ImageLookUp } from '../../../oci/look-up/image-look-up.ts';
import { type ImagePuller, platformOfNode, pullerOf } from '../../../oci/look-up/node-platform.ts';
import type { RegistryImages } from '../../../oci/look-up/registry-images.ts';
import { isOwnNode } from '../../../store/rollout/diff/node-pulls.ts';
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
 * Everything that is known of images: the bundled cluster tells itself, of all others their registries are asked.
 * @param nodes those of the cluster; none where they may not be seen
 */
export function lookUpOf(services: DashboardServices, nodes: readonly KubeObject[], signal: AbortSignal): ImageLookUp {
  let registries: Promise<RegistryImages> | undefined;
  return new ImageLookUp({
    isOwn: nodes.length === 0 ? undefined : nodes.some(isOwnNode),
    ownFacts: (reference) => services.imageFacts(reference),
    ...(!services.isReplay && {
      registries: () => {
        registries ??= registryImages(services, signal);
        return registries;
      },
    }),
  });
}

/**
 * Who pulls for an object: a pod, or what makes pods. What may not be read is done without; nobody pulls what stands in no
 * namespace, and what nothing runs is taken to be for machines such as this one.
 */
export async function pullerFor(services: DashboardServices, ref: ObjectRef | undefined): Promise<ImagePuller> {
  const object = ref && (await services.get(ref.resource, ref.namespace, ref.name).catch(() => undefined));
  if (object && ref.resource.plural === 'nodes') return { namespace: '', platform: platformOfNode(object) };
  const spec = object && podSpecOf(object);
  if (!spec) {
    return {
      namespace: ref?.namespace ?? '',
      platform: { os: 'linux', architecture: machine(), isAssumed: true },
    };
  }
  const kind = findBuiltin('nodes')!;
  const name = spec['nodeName'] ? String(spec['nodeName']) : undefined;
  const found = name === undefined ? services.list(kind, {}) : services.get(kind, undefined, name).then((one) => [one]);
  const nodes = await found.catch(() => []);
  return pullerOf({ ...object, spec }, new Map(nodes.map((node) => [node.metadata.name ?? '', node])));
}

const machine = (): string => (process.arch === 'x64' ? 'amd64' : process.arch);

/** The pod's, or that of the pods that an object makes. */
export function podSpecOf(object: KubeObject): Record<string, unknown> | undefined {
  const { spec } = object;
  return spec?.jobTemplate?.spec?.template?.spec ?? spec?.template?.spec ?? (spec?.containers ? spec : undefined);
}

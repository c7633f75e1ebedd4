import { KctlError } from '../../lib/errors.ts';
import { type Container, Containers } from '../../oci/containers/containers.ts';
import { openRootFilesystems } from '../../oci/rootfs/open-root-filesystems.ts';
import type { LayerRef, RootAbility, RootFilesystems, WritableRoot } from '../../oci/rootfs/types.ts';
import type { StoredImage } from '../../oci/store/read-image.ts';
import type { ImageStore } from '../../oci/store/types.ts';

const runtimes = ['unshare', 'crun', 'runc'] as const;

/** @throws KctlError `usage` for a KCTL_RUNTIME that there is not */
export function rootsFor(
  store: ImageStore,
  env: Record<string, string | undefined>,
  mount?: RootAbility['mount'],
): Promise<RootFilesystems> {
  const asked = env.KCTL_RUNTIME || undefined;
  const runtime = runtimes.find((name) => name === asked);
  if (asked !== undefined && runtime === undefined) {
    throw new KctlError('usage', `KCTL_RUNTIME must be one of ${runtimes.join(', ')}, not ${JSON.stringify(asked)}`);
  }
  return openRootFilesystems(store, { mount, ...(runtime ? { runtime } : {}) });
}

/** The writable layer of a container that is kept. */
export async function rootOf(
  store: ImageStore,
  container: Container,
  env: Record<string, string | undefined>,
): Promise<WritableRoot> {
  const roots = await rootsFor(store, env, container.mount);
  return roots.open(container.layers, { keep: new Containers(store).rootOf(container) });
}

/** Lowest first. @throws KctlError `input` for what is no image of layers */
export function layersOf({ manifest, config }: StoredImage): LayerRef[] {
  const diffIds = config.rootfs?.diff_ids ?? [];
  if (diffIds.length !== manifest.layers.length || diffIds.length === 0) {
    throw new KctlError(
      'input',
      'this is no image that containers can be made of: it has no layers, or does not say which',
    );
  }
  return manifest.layers.map(({ digest }, index) => ({ digest, diffId: diffIds[index]! }));
}

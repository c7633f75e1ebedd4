import { parseManifest } from './manifest.ts';
import type { ImageStore, RepositoryManifest } from './types.ts';

/** A manifest that was just pushed may get its tag or its index yet, in ms. */
const GRACE = 3_600_000;

/**
 * Takes from the registry's repositories what nobody can ask for by a name: manifests without a tag that no tagged
 * index has and that refer to nothing that stays. Their blobs go with the next `collect`.
 * @returns what was taken away
 */
export async function pruneRepositories(
  store: ImageStore,
  now: number,
): Promise<{ repository: string; digest: string }[]> {
  const { repositories } = store;
  const removed: { repository: string; digest: string }[] = [];
  for (const repository of repositories.list()) {
    const manifests = repositories.manifests(repository);
    const kept = new Set<string>();
    const keep = async (manifest: RepositoryManifest | undefined): Promise<void> => {
      if (!manifest || kept.has(manifest.digest)) return;
      kept.add(manifest.digest);
      for (const child of await childrenOf(store, manifest)) await keep(repositories.manifest(repository, child));
      for (const referrer of repositories.referrers(repository, manifest.digest)) await keep(referrer);
    };
    for (const tag of repositories.tags(repository)) await keep(repositories.manifest(repository, tag));
    for (const manifest of manifests) if (manifest.pushedAt > now - GRACE) await keep(manifest);
    for (const { digest } of manifests) {
      if (kept.has(digest)) continue;
      repositories.deleteManifest(repository, digest);
      removed.push({ repository, digest });
    }
  }
  return removed;
}

async function childrenOf(store: ImageStore, { digest, mediaType }: RepositoryManifest): Promise<string[]> {
  try {
    const parsed = parseManifest(await store.document(digest), mediaType);
    return parsed.kind === 'index' ? parsed.manifests.map((child) => child.digest) : [];
  } catch {
    return [];
  }
}

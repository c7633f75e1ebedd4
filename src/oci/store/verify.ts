import { createHash } from 'node:crypto';
import { setImmediate as breathe } from 'node:timers/promises';
import type { BlobFiles } from './blob-files.ts';
import type { StoreDatabase } from './database.ts';
import { isForeign, isManifestType, MAX_DOCUMENT_BYTES, parseManifest, referencesOf } from './manifest.ts';
import type { StoreProblem, Verification } from './types.ts';

/** Reads all that is stored and tells what is wrong with it. Changes nothing. */
export async function verifyStore(
  database: StoreDatabase,
  blobs: BlobFiles,
  signal: AbortSignal | undefined,
): Promise<Verification> {
  const result: Verification = { blobs: 0, bytes: 0, problems: [] };
  const damaged = new Set<string>();
  for (const { digest, size } of blobs.list()) {
    signal?.throwIfAborted();
    result.blobs++;
    result.bytes += size;
    if (await hasDigest(blobs, digest, signal)) continue;
    // It may have been collected while it was read.
    if (!(await blobs.info(digest))) continue;
    damaged.add(digest);
    result.problems.push({ kind: 'damaged', digest, message: `the content of ${digest} does not have that digest` });
  }
  for (const { digest, type, who } of roots(database)) {
    await breathe();
    result.problems.push(...missingFrom(blobs, digest, type, who, damaged));
  }
  return result;
}

async function hasDigest(blobs: BlobFiles, digest: string, signal: AbortSignal | undefined): Promise<boolean> {
  const [algorithm = '', hex] = digest.split(':');
  const hash = createHash(algorithm);
  try {
    for await (const chunk of blobs.read(digest)) {
      signal?.throwIfAborted();
      hash.update(chunk as Buffer);
    }
  } catch (error) {
    if (signal?.aborted) throw error;
    return false;
  }
  return hash.digest('hex') === hex;
}

interface Root {
  digest: string;
  type: string | null;
  who: string;
}

function roots(database: StoreDatabase): Root[] {
  return database.all<Root>(
    `SELECT digest, media_type AS type, 'the image ' || coalesce((SELECT min(name) FROM names n WHERE n.digest = i.digest), digest) AS who
       FROM images i
     UNION ALL SELECT digest, media_type, 'the repository ' || repository FROM manifests
     UNION ALL SELECT digest, NULL, 'the repository ' || repository FROM repository_blobs
     UNION ALL SELECT digest, NULL, 'the pin ' || owner FROM pins`,
  );
}

function missingFrom(
  blobs: BlobFiles,
  digest: string,
  type: string | null,
  who: string,
  damaged: ReadonlySet<string>,
): StoreProblem[] {
  const info = blobs.infoNow(digest);
  if (!info) return [{ kind: 'missing', digest, message: `${who} lacks ${digest}` }];
  if (damaged.has(digest) || !isManifestType(type ?? undefined)) return [];
  if (info.size > MAX_DOCUMENT_BYTES) return [{ kind: 'invalid', digest, message: `${who}: ${digest} is too large` }];
  try {
    const parsed = parseManifest(blobs.document(digest), type ?? undefined);
    // Of an index only the platforms that somebody wanted need to be there.
    const children = referencesOf(parsed).filter(
      (child) => !isForeign(child) && (parsed.kind === 'manifest' || blobs.infoNow(child.digest)),
    );
    return children.flatMap((child) => {
      const isManifest = parsed.kind === 'index' && isManifestType(child.mediaType);
      return missingFrom(blobs, child.digest, isManifest ? child.mediaType : null, who, damaged);
    });
  } catch (error) {
    return [{ kind: 'invalid', digest, message: `${who}: ${digest}: ${(error as Error).message}` }];
  }
}

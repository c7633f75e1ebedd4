import { KctlError } from '../../lib/errors.ts';
import { nearestName } from '../../lib/nearest-name.ts';
import { canonicalReference, type ImageReference, parseReference } from '../reference.ts';
import type { BlobFiles } from './blob-files.ts';
import type { StoreDatabase } from './database.ts';
import { familiarName } from './familiar-name.ts';
import { isForeign, isManifestType, parseManifest, type TypedDescriptor } from './manifest.ts';
import type { FoundRecord, ImageRecord, StoredImages } from './types.ts';

interface ImageRow {
  digest: string;
  media_type: string;
  size: number;
  stored_at: number;
}

/** Indexes in indexes: nobody makes more, an archive could. */
const MAX_DEPTH = 4;

/** So many names are told to who mistyped one. */
const MAX_TOLD = 5;

/** Names and what they mean; see `StoredImages`. */
export class NamedImages implements StoredImages {
  readonly #database: StoreDatabase;
  readonly #blobs: BlobFiles;
  readonly #now: () => number;

  constructor(database: StoreDatabase, blobs: BlobFiles, now: () => number) {
    this.#database = database;
    this.#blobs = blobs;
    this.#now = now;
  }

  list(): ImageRecord[] {
    const names = Map.groupBy(
      this.#database.all<{ name: string; digest: string }>('SELECT name, digest FROM names ORDER BY name'),
      ({ digest }) => digest,
    );
    return this.#database.all<ImageRow>('SELECT * FROM images ORDER BY stored_at DESC, digest').map((row) =>
      record(
        row,
        (names.get(row.digest) ?? []).map(({ name }) => name),
      ),
    );
  }

  byName(name: string): ImageRecord | undefined {
    const row = this.#database.get<ImageRow>(
      'SELECT images.* FROM images JOIN names USING (digest) WHERE name = ?',
      name,
    );
    return row && this.#withNames(row);
  }

  async find(text: string): Promise<FoundRecord> {
    const asId = /^(?:sha256:)?([0-9a-f]{4,64})$/.exec(text)?.[1];
    // A whole id can be no name that anybody would give.
    const found =
      (asId?.length === 64 ? this.#byId(asId, text) : undefined) ??
      this.#byReference(text) ??
      (asId ? this.#byId(asId, text) : undefined);
    if (found) return found;
    throw new KctlError('input', `No such image: ${text}`, { hint: this.#meant(text) });
  }

  async set(target: TypedDescriptor, names: readonly string[]): Promise<ImageRecord> {
    return this.#database.step(() => {
      this.#checkWhole(target);
      const { digest, mediaType, size } = target;
      this.#database.run(
        'INSERT OR IGNORE INTO images VALUES (?, ?, ?, ?)',
        digest,
        mediaType,
        size,
        Math.round(this.#now()),
      );
      for (const name of names) {
        this.#database.run(
          'INSERT INTO names VALUES (?, ?) ON CONFLICT DO UPDATE SET digest = excluded.digest',
          name,
          digest,
        );
      }
      return this.#withNames(this.#row(digest)!);
    });
  }

  untag(name: string): boolean {
    return this.#database.run('DELETE FROM names WHERE name = ?', name) > 0;
  }

  remove(digest: string): boolean {
    return this.#database.run('DELETE FROM images WHERE digest = ?', digest) > 0;
  }

  /** What somebody may have meant who wrote a name that is not there. */
  #meant(text: string): string {
    const names = this.#database.all<{ name: string }>('SELECT name FROM names').map(({ name }) => familiarName(name));
    const tags = names.filter((name) => name.includes(':') && repositoryOf(name) === repositoryOf(text));
    if (tags.length > 0) return `Of that name there is: ${tags.slice(0, MAX_TOLD).join(', ')}`;
    const near = nearestName(text, names) ?? nearestName(`${text}:latest`, names);
    return near === undefined ? 'See which are there: kctl image ls' : `Did you mean ${near}?`;
  }

  #row(digest: string): ImageRow | undefined {
    return this.#database.get<ImageRow>('SELECT * FROM images WHERE digest = ?', digest);
  }

  #withNames(row: ImageRow): ImageRecord {
    const names = this.#database.all<{ name: string }>(
      'SELECT name FROM names WHERE digest = ? ORDER BY name',
      row.digest,
    );
    return record(
      row,
      names.map(({ name }) => name),
    );
  }

  #byReference(text: string): FoundRecord | undefined {
    let reference: ImageReference;
    try {
      reference = parseReference(text);
    } catch {
      return undefined;
    }
    if (reference.digest === undefined) {
      const name = canonicalReference(reference);
      const found = this.byName(name);
      return found && { ...found, name };
    }
    // A digest says all; the name before it only has to be one that the image goes by.
    const row = this.#row(reference.digest);
    const repository = `${reference.registry}/${reference.repository}`;
    const found = row && this.#withNames(row);
    const name = found?.names.find((other) => repositoryOf(other) === repository);
    return found && name !== undefined ? { ...found, name } : undefined;
  }

  /** By the beginning of the digest of the target, or of the config of a platform. */
  #byId(hex: string, text: string): FoundRecord | undefined {
    const prefix = `sha256:${hex}`;
    const found = this.list().flatMap((image) => {
      const id = [image.target.digest, ...this.#configs(image.target)].find((digest) => digest.startsWith(prefix));
      return id === undefined ? [] : [{ image, id }];
    });
    // Images that differ only in how their layers are compressed have one id: then it is the newest.
    if (new Set(found.map(({ id }) => id)).size > 1) {
      throw new KctlError('input', `${text} is the beginning of several image ids`, { hint: 'Give more characters.' });
    }
    return found[0] && { ...found[0].image, name: undefined };
  }

  /** None of what cannot be read: other images must be found all the same. */
  #configs(target: TypedDescriptor, depth = 0): string[] {
    try {
      if (depth > MAX_DEPTH || !this.#blobs.infoNow(target.digest)) return [];
      const parsed = parseManifest(this.#blobs.document(target.digest), target.mediaType);
      if (parsed.kind === 'manifest') return [parsed.config.digest];
      return parsed.manifests.filter(isImage).flatMap((child) => this.#configs(child, depth + 1));
    } catch {
      return [];
    }
  }

  /** @throws KctlError `input` */
  #checkWhole(target: TypedDescriptor, depth = 0): void {
    if (depth > MAX_DEPTH) throw new KctlError('input', 'its indexes are nested too deep');
    const parsed = parseManifest(this.#blobs.document(target.digest), target.mediaType);
    if (parsed.kind === 'manifest') {
      for (const { digest, ...rest } of [parsed.config, ...parsed.layers]) {
        if (isForeign({ digest, ...rest })) continue;
        const found = this.#blobs.infoNow(digest);
        if (!found) throw new KctlError('input', `the image lacks the blob ${digest}`);
        if (found.size !== rest.size) {
          throw new KctlError('input', `the blob ${digest} has ${found.size} bytes where the image says ${rest.size}`);
        }
      }
      return;
    }
    const there = parsed.manifests.filter(({ digest }) => this.#blobs.infoNow(digest));
    if (there.length === 0 && parsed.manifests.length > 0) {
      throw new KctlError('input', 'the image lacks the manifests of all its platforms');
    }
    for (const child of there) if (isManifestType(child.mediaType)) this.#checkWhole(child, depth + 1);
  }
}

const isImage = ({ mediaType }: TypedDescriptor): boolean => isManifestType(mediaType);

function record(row: ImageRow, names: string[]): ImageRecord {
  return { target: { mediaType: row.media_type, digest: row.digest, size: row.size }, names, storedAt: row.stored_at };
}

/** `docker.io/library/nginx` of `docker.io/library/nginx:1.27`. */
export function repositoryOf(name: string): string {
  const plain = name.split('@')[0]!;
  const colon = plain.lastIndexOf(':');
  return colon > plain.lastIndexOf('/') ? plain.slice(0, colon) : plain;
}

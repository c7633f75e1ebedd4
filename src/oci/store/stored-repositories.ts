import type { StoreDatabase } from './database.ts';
import type { NewManifest, Repositories, RepositoryManifest } from './types.ts';

interface ManifestRow {
  digest: string;
  media_type: string;
  size: number;
  subject: string | null;
  artifact_type: string | null;
  annotations: string | null;
  pushed_at: number;
}

const COLUMNS = 'm.digest, m.media_type, m.size, m.subject, m.artifact_type, m.annotations, m.pushed_at';

/** What the registry serves, in the database; see `Repositories`. */
export class StoredRepositories implements Repositories {
  readonly #database: StoreDatabase;
  readonly #now: () => number;

  constructor(database: StoreDatabase, now: () => number) {
    this.#database = database;
    this.#now = now;
  }

  list(): string[] {
    return this.#database
      .all<{ repository: string }>(
        'SELECT repository FROM manifests UNION SELECT repository FROM repository_blobs ORDER BY repository',
      )
      .map(({ repository }) => repository);
  }

  has(repository: string): boolean {
    return (
      this.#database.get(
        `SELECT 1 AS found WHERE EXISTS (SELECT 1 FROM manifests WHERE repository = ?1)
         OR EXISTS (SELECT 1 FROM repository_blobs WHERE repository = ?1)`,
        repository,
      ) !== undefined
    );
  }

  manifest(repository: string, reference: string): RepositoryManifest | undefined {
    // Tags have no colon, digests have one.
    const row = reference.includes(':')
      ? this.#database.get<ManifestRow>(
          `SELECT ${COLUMNS} FROM manifests m WHERE repository = ? AND digest = ?`,
          repository,
          reference,
        )
      : this.#database.get<ManifestRow>(
          `SELECT ${COLUMNS} FROM manifests m JOIN tags USING (repository, digest) WHERE repository = ? AND tag = ?`,
          repository,
          reference,
        );
    return row && fromRow(row);
  }

  manifests(repository: string): RepositoryManifest[] {
    return this.#database
      .all<ManifestRow>(`SELECT ${COLUMNS} FROM manifests m WHERE repository = ? ORDER BY digest`, repository)
      .map(fromRow);
  }

  putManifest(repository: string, manifest: NewManifest, tags: readonly string[]): void {
    const { digest, mediaType, size, subject, artifactType, annotations } = manifest;
    this.#database.step(() => {
      this.#database.run(
        `INSERT INTO manifests VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET media_type = excluded.media_type, pushed_at = excluded.pushed_at`,
        repository,
        digest,
        mediaType,
        size,
        subject ?? null,
        artifactType ?? null,
        annotations ? JSON.stringify(annotations) : null,
        Math.round(this.#now()),
      );
      for (const tag of tags) {
        this.#database.run(
          'INSERT INTO tags VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET digest = excluded.digest',
          repository,
          tag,
          digest,
        );
      }
    });
  }

  deleteManifest(repository: string, digest: string): boolean {
    return this.#database.run('DELETE FROM manifests WHERE repository = ? AND digest = ?', repository, digest) > 0;
  }

  deleteTag(repository: string, tag: string): boolean {
    return this.#database.run('DELETE FROM tags WHERE repository = ? AND tag = ?', repository, tag) > 0;
  }

  tags(repository: string): string[] {
    return this.#database
      .all<{ tag: string }>('SELECT tag FROM tags WHERE repository = ? ORDER BY tag', repository)
      .map(({ tag }) => tag);
  }

  hasBlob(repository: string, digest: string): boolean {
    const link = 'SELECT 1 AS found FROM repository_blobs WHERE repository = ? AND digest = ?';
    return this.#database.get(link, repository, digest) !== undefined;
  }

  linkBlob(repository: string, digest: string): void {
    this.#database.run(
      'INSERT INTO repository_blobs VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET linked_at = excluded.linked_at',
      repository,
      digest,
      Math.round(this.#now()),
    );
  }

  unlinkBlob(repository: string, digest: string): boolean {
    return (
      this.#database.run('DELETE FROM repository_blobs WHERE repository = ? AND digest = ?', repository, digest) > 0
    );
  }

  referrers(repository: string, subject: string): RepositoryManifest[] {
    return this.#database
      .all<ManifestRow>(
        `SELECT ${COLUMNS} FROM manifests m WHERE repository = ? AND subject = ? ORDER BY pushed_at, digest`,
        repository,
        subject,
      )
      .map(fromRow);
  }
}

function fromRow(row: ManifestRow): RepositoryManifest {
  return {
    digest: row.digest,
    mediaType: row.media_type,
    size: row.size,
    pushedAt: row.pushed_at,
    ...(row.subject === null ? {} : { subject: row.subject }),
    ...(row.artifact_type === null ? {} : { artifactType: row.artifact_type }),
    ...(row.annotations === null ? {} : { annotations: JSON.parse(row.annotations) as Record<string, string> }),
  };
}

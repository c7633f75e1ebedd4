import type { Readable } from 'node:stream';
import type { TypedDescriptor } from './manifest.ts';

/** A blob that is there, whole and checked. */
export interface BlobInfo {
  digest: string;
  /** Bytes as stored. */
  size: number;
}

/**
 * The images and layers of one user: content-addressed blobs as files, names and what the registry serves in a
 * small database. Any number of processes may have it open; every change is one step that others see whole or not
 * at all, and that `kill -9` leaves whole or not at all.
 *
 * What nothing refers to is removed by `collect`. What refers: images (with or without names), the registry's
 * repositories, pins, leases. Who writes blobs does it under a lease and gives them a name before the lease ends.
 *
 * Methods that only ask the database are synchronous and take well under a millisecond.
 */
export interface ImageStore {
  /** Its folder. */
  readonly path: string;
  readonly images: StoredImages;
  readonly repositories: Repositories;

  /** undefined where it is not there. @throws KctlError `input` for what is no sha256 or sha512 digest; so do all that take one */
  blob(digest: string): Promise<BlobInfo | undefined>;
  /** The file of a blob, for readers only: `blobs/sha256/<hex>` below `path`. It may be missing. */
  fileOf(digest: string): string;
  /** @param range bytes from `start` up to and with `end` */
  read(digest: string, range?: { start: number; end: number }): Readable;
  /** The whole of a small blob, checked against its digest. @throws KctlError `input` where it is missing, damaged or above 4 MiB */
  document(digest: string): Promise<Buffer>;
  /** The same at once, for who must not let others go on meanwhile. */
  documentNow(digest: string): Buffer;
  /** Another text whenever anything of it may have changed, by whatever process; takes microseconds. */
  version(): string;
  /** A layer as a plain tar, whatever it is compressed with. The stream fails with KctlError `input` for damaged layers and bombs. */
  plain(digest: string): Readable;
  /** What the layer holds when uncompressed; read once, then remembered. @throws KctlError `input` for damaged layers and bombs */
  layerFacts(digest: string): Promise<LayerFacts>;
  /** For who has read a layer whole for another reason, so that `layerFacts` need not. Never fails. */
  remember(facts: LayerFacts): void;

  /** Bytes of an unfinished write under that key (`WriterOptions.resume`); undefined where there is none. */
  unfinished(key: string): Promise<number | undefined>;

  /** Begins work that must not be pruned. @param purpose a few words: `pull docker.io/library/nginx:1.27` */
  lease(purpose: string): StoreLease;
  /** Keeps a blob and what it refers to for as long as the owner likes: `build-cache:<key>`, `container:<id>`. Replaces that owner's pins. */
  pin(owner: string, digests: readonly string[]): void;
  unpin(owner: string): void;
  /** Owners that begin with the prefix, and what they keep. */
  pins(prefix?: string): ReadonlyMap<string, readonly string[]>;

  /** Removes blobs that nothing refers to, unfinished writes that nobody goes on with, and leases that ended. */
  collect(): Promise<Collected>;
  /**
   * Reads every blob again, and looks whether what names and repositories refer to is there.
   * @param options `repair` removes damaged blobs, so that they can be pulled or loaded again
   */
  verify(options?: { repair?: boolean; signal?: AbortSignal }): Promise<Verification>;
  close(): void;
}

export interface LayerFacts {
  digest: string;
  /** sha256 of the uncompressed tar. */
  diffId: string;
  /** Bytes of the uncompressed tar. */
  plainSize: number;
}

/**
 * Keeps blobs from being collected until it is released. It is renewed by itself while its process lives, and ends with
 * a process that was killed, or 15 minutes later where another machine cannot know that.
 */
export interface StoreLease extends AsyncDisposable {
  readonly id: string;
  /** Holds a blob that may be there already. False where it is not: then it has to be written. */
  hold(digest: string): Promise<boolean>;
  /** Begins (or goes on with) a blob. */
  writer(options?: WriterOptions): Promise<BlobWriter>;
  /** Writes a blob from memory. */
  put(content: Uint8Array): Promise<BlobInfo>;
  /**
   * Writes a blob from a stream. Nothing is left where it fails.
   * @throws KctlError `input` where size or digest are not those expected
   */
  write(content: AsyncIterable<Uint8Array>, options?: WriterOptions): Promise<BlobInfo>;
  /** For who wrote a layer and knows what it holds when uncompressed: see `ImageStore.remember`. */
  remember(facts: LayerFacts): void;
  /** Ends it. Blobs that have got no name by now may be collected. Disposing does the same. */
  release(): void;
  /** Ends it and removes at once what was written under it and has got no name: for work that failed. */
  discard(): Promise<void>;
}

export interface WriterOptions {
  /** The digest it must have. */
  digest?: string | undefined;
  /** The bytes it must have. */
  size?: number | undefined;
  /** The most bytes it may have. */
  maxBytes?: number | undefined;
  /**
   * Where given, what was written before `suspend` or `kill -9` under this key is kept for a day and gone on with
   * (`offset`). While another lease writes under the key, one begins anew beside it.
   */
  resume?: string | undefined;
}

/** A blob being written to a file of its own; it becomes visible with `commit`. One call at a time. */
export interface BlobWriter {
  /** Bytes so far. */
  readonly offset: number;
  /** @param content one chunk, or several at once. @throws KctlError `input` beyond `size` or `maxBytes` */
  write(content: Uint8Array | readonly Uint8Array[]): Promise<void>;
  /**
   * Checks digest and size, makes it lasting, and puts it into place in one step.
   * @param digest where it was not known before
   * @throws KctlError `input` where digest or size are others; then nothing is left
   */
  commit(digest?: string): Promise<BlobInfo>;
  /** Closes the file and keeps it, to be gone on with by `resume`. */
  suspend(): Promise<void>;
  /** Removes what was written. */
  abort(): Promise<void>;
}

/** An image of the store: a manifest or an index of manifests, and its names. */
export interface ImageRecord {
  target: TypedDescriptor;
  /** Canonical references with a tag (`docker.io/library/nginx:1.27`), or with a digest where it was pulled by one. Empty: dangling. */
  names: string[];
  /** When it came into this store, in ms. */
  storedAt: number;
}

/** Names are canonical references (`canonicalReference` of reference.ts) everywhere here. */
export interface StoredImages {
  /** Newest first. */
  list(): ImageRecord[];
  byName(name: string): ImageRecord | undefined;
  /**
   * What a user calls an image: a name with or without host and tag, a name with digest, an image id (digest of the
   * config) or the digest of its manifest, or the first 4 and more characters of either.
   * @throws KctlError `input`: `No such image: …`, or where the short form means several
   */
  find(text: string): Promise<FoundRecord>;
  /**
   * Gives names to a manifest or an index whose blobs are there; they go from what had them, which is kept without
   * names. All in one step. @param names none: it is kept as dangling
   * @throws KctlError `input` where a blob that it needs is missing (of an index: where no platform is whole)
   */
  set(target: TypedDescriptor, names: readonly string[]): Promise<ImageRecord>;
  /** Takes a name away. True where it was there. The image stays, without it. */
  untag(name: string): boolean;
  /** Takes an image away with all its names; its blobs go with the next `collect`. */
  remove(digest: string): boolean;
}

export interface FoundRecord extends ImageRecord {
  /** The name by which it was found; undefined where it was found by id or digest. */
  name: string | undefined;
}

/** What the registry serves: its names are separate from those of images, its blobs are the store's. */
export interface Repositories {
  /** Names, in order. */
  list(): string[];
  /** A manifest by tag or digest. */
  manifest(repository: string, reference: string): RepositoryManifest | undefined;
  /** Of all its manifests. */
  manifests(repository: string): RepositoryManifest[];
  /** Stores the link; the manifest's blob is there already. @param tags that point to it from now on */
  putManifest(repository: string, manifest: NewManifest, tags: readonly string[]): void;
  /** False where it was not there. A digest takes its tags with it. */
  deleteManifest(repository: string, digest: string): boolean;
  deleteTag(repository: string, tag: string): boolean;
  tags(repository: string): string[];
  /** Whether the blob can be had from this repository. */
  hasBlob(repository: string, digest: string): boolean;
  linkBlob(repository: string, digest: string): void;
  unlinkBlob(repository: string, digest: string): boolean;
  /** Manifests whose `subject` is the digest. */
  referrers(repository: string, subject: string): RepositoryManifest[];
  /** False where it was never pushed to. */
  has(repository: string): boolean;
}

export interface NewManifest {
  digest: string;
  mediaType: string;
  size: number;
  subject?: string | undefined;
  artifactType?: string | undefined;
  annotations?: Record<string, string> | undefined;
}

export interface RepositoryManifest extends NewManifest {
  /** When it was pushed, in ms. */
  pushedAt: number;
}

export interface Collected {
  /** Digests of the blobs that were removed. */
  blobs: string[];
  /** Bytes freed, those of unfinished writes included. */
  bytes: number;
}

export interface Verification {
  blobs: number;
  bytes: number;
  /** What is wrong; empty where all is well. */
  problems: StoreProblem[];
}

export interface StoreProblem {
  kind: 'damaged' | 'missing' | 'invalid';
  digest: string;
  /** In the user's words, with who refers to it. */
  message: string;
}

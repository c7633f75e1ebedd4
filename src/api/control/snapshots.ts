/** What a snapshot tells of itself. */
export interface SnapshotFacts {
  name: string;
  /** RFC 3339, by the clock on the wall. */
  takenAt: string;
  /** RFC 3339, by the cluster's clock. */
  clusterTime: string;
  /** Of kctl. */
  version: string;
  objects: number;
  /** Whose contents are in it; undefined in one of an older kctl, which left them alone. */
  volumes?: number;
  revision: number;
  /** Fingerprint of the authority that the cluster trusts. */
  authority: string;
  /** Of the file. */
  bytes: number;
}

/** A snapshot in the list; one that cannot be read says why. */
export type ListedSnapshot = SnapshotFacts | { name: string; problem: string };

/** How many objects a restore has put, removed, and found as they were. */
export interface Restored {
  written: number;
  removed: number;
  same: number;
}

/** The answer of `POST snapshots/restore`. */
export interface SnapshotRestored {
  snapshot: SnapshotFacts;
  restored: Restored;
}

import type { Readable } from 'node:stream';
import type { TarEntry } from '../tar/read-entries.ts';
import type { RootChange } from '../types.ts';

/**
 * What is new at a path: `A` and `C` have an entry, `D` has none. A folder in which alone something changed is `C`, and
 * comes before what is in it.
 */
export interface LayerChange {
  kind: RootChange['kind'];
  path: string;
  entry: TarEntry | undefined;
}

/** Called in order, one after the other. @param content of a file: to be read before it returns */
export type VisitChange = (change: LayerChange, content: Readable | undefined) => Promise<void>;

export interface ChangeSource {
  /** Goes through the changes; those of a folder come together, after it. */
  each(visit: VisitChange): Promise<void>;
}

/** Flags of GNU tar for what becomes a layer: in the order of names, with all that belongs to files. */
export const archiveFlags = [
  ...['-c', '-f', '-', '--format=posix', '--sort=name', '--numeric-owner', '--xattrs', '--xattrs-include=*'],
  ...['--pax-option=delete=atime,delete=ctime', '--warning=no-file-ignored'],
];

import type { Readable } from 'node:stream';
import type { LayerUnion, UnionEntry } from '../../layer-union.ts';

/** Files that a step can take: the build context, or what a stage or an image has. */
export interface FileTree {
  readonly files: LayerUnion;
  /** sha256 of a file's content, in base64. */
  hash(file: UnionEntry): Promise<string>;
  /**
   * Streams the contents of files, each once, in an order of its own.
   * @param handle takes the whole of each, as a stream or in one piece
   */
  read(
    files: readonly UnionEntry[],
    handle: (file: UnionEntry, content: Readable | Buffer, size: number) => Promise<void>,
  ): Promise<void>;
  /** Why a path is not there, where the tree knows more than that. */
  whyMissing?(path: string): string | undefined;
}

/** The file behind a name: of a hard link the one whose content it shares. */
export const fileOf = (seen: UnionEntry): UnionEntry => seen.content ?? seen;

import type { KeyringEntry } from '../../oci/registry/credentials.ts';
import type { PullFault } from '../faults/pulls.ts';

/** Whom a registry lets in. */
export interface PullAccess {
  /** Why a pull with these credentials is refused, in containerd's words. */
  refusal(image: string, keyring: () => readonly KeyringEntry[]): string | undefined;
  /** What has to be over before `refusal` can say so; undefined: nothing. */
  prepare(image: string, keyring: () => readonly KeyringEntry[]): Promise<unknown> | undefined;
}

/** What pulls of all nodes meet. */
export interface PullWorld {
  access: PullAccess;
  /** What the way to the registry does to a pull. */
  fault: (image: string, node: string) => PullFault | undefined;
  /** Bytes that are free on the disk of a node; undefined where that is not known. */
  diskRoom: (node: string) => number | undefined;
}

/** Everybody is let in, and nothing is in the way. */
export const EASY: PullWorld = {
  access: { refusal: () => undefined, prepare: () => undefined },
  fault: () => undefined,
  diskRoom: () => undefined,
};

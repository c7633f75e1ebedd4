import type { KeyringEntry } from '../../oci/registry/credentials.ts';

/** Whom a registry lets in. */
export interface PullAccess {
  /** Why a pull with these credentials is refused, in containerd's words. */
  refusal(image: string, keyring: () => readonly KeyringEntry[]): string | undefined;
  /** What has to be over before `refusal` can say so; undefined: nothing. */
  prepare(image: string, keyring: () => readonly KeyringEntry[]): Promise<unknown> | undefined;
}

export const EVERYBODY: PullAccess = { refusal: () => undefined, prepare: () => undefined };

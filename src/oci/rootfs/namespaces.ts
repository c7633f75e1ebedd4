import type { RootAbility } from './types.ts';

/**
 * What a program is started by so that it may do with the files of a root what root may: the user namespace in which
 * containers run, where they are not the user's own; nothing for root.
 * @param unshare path of util-linux's program
 */
export function asOwner({ isRootless, ids }: Pick<RootAbility, 'isRootless' | 'ids'>, unshare: string): string[] {
  return isRootless ? [unshare, ...userNamespace(ids), '--'] : [];
}

/** util-linux, unshare(1): root inside is the user; other ids are those of /etc/subuid and /etc/subgid. */
export function userNamespace(ids: RootAbility['ids']): string[] {
  return ['--user', '--map-root-user', ...(ids === 'subordinate' ? ['--map-auto'] : [])];
}

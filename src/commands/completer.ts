import type { CommandContext, FlagValues } from './command.ts';

/**
 * What the shell can offer in one place of a command line, as data: entries say it of their arguments, flags of
 * their values. `completion/candidates.ts` knows how each is found.
 */
export type Completer =
  /** Fixed words. */
  | { from: 'words'; words: readonly string[]; repeat?: boolean }
  /** `TYPE NAME...` or `TYPE/NAME...`; `types`: only these; `once`: one object only. */
  | { from: 'objects'; types?: readonly string[]; once?: boolean }
  /** Resource types, also as a list with commas. */
  | { from: 'types' }
  /** Names of one type, as the first argument; `repeat`: as every argument. */
  | { from: 'names'; type: string; repeat?: boolean }
  /** `POD` or `TYPE/NAME`, and what the second argument is. */
  | { from: 'pods'; next?: 'containers' | 'ports' }
  /** Containers of the pod that the first argument names. */
  | { from: 'containers' }
  /** Names of a kubeconfig. */
  | { from: 'kubeconfig'; list: 'contexts' | 'clusters' | 'users' }
  /** `POD:PATH`, `NAMESPACE/POD:PATH` or a local path. */
  | { from: 'copies' }
  /** Files, with one of these extensions. */
  | { from: 'files'; extensions?: readonly string[] }
  | { from: 'folders' }
  /** What the command knows itself; `repeat`: as every argument. */
  | { from: 'own'; list: OwnList; repeat?: boolean };

/** @param flags those of the command line so far */
export type OwnList = (context: CommandContext, flags: FlagValues) => Promise<readonly string[]>;

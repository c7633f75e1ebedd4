import { noUserFiles, type UserFiles } from '../../settings/read-user-files.ts';
import type { KeyMap } from '../actions/action.ts';
import { usualKeyMap } from '../actions/registry.ts';
import { hotKeyActions } from './hot-keys.ts';
import { keyMapOf } from './key-map.ts';
import { pluginActions } from './plugin-actions.ts';

/** What a user has set, made ready: the files as they are, and what keys mean by them. */
export interface Preferences {
  files: UserFiles;
  keyMap: KeyMap;
  /** What of it cannot be used, a message each. */
  problems: readonly string[];
}

export type ReadFiles = (context: string) => UserFiles;

const usual: Preferences = { files: noUserFiles, keyMap: usualKeyMap, problems: [] };

function preferencesOf(files: UserFiles): Preferences {
  const problems = [...files.problems];
  const own = [...hotKeyActions(files.hotKeys), ...pluginActions(files.plugins)];
  const keyMap = keyMapOf(files.settings.keys ?? {}, own, (problem) => problems.push(problem));
  return { files, keyMap, problems };
}

/** The preferences of each context, read when it is first gone to and whenever the files change. */
export class PreferenceBook {
  readonly #read: ReadFiles | undefined;
  readonly #known = new Map<string, Preferences>();

  /** @param read undefined: everything is as usual */
  constructor(read?: ReadFiles) {
    this.#read = read;
  }

  of(context: string): Preferences {
    const known = this.#known.get(context);
    if (known) return known;
    const read = this.#read ? preferencesOf(this.#read(context)) : usual;
    this.#known.set(context, read);
    return read;
  }

  /**
   * Reads the files again. Where something is wrong that was not before, all stays as it was, so that a half-written
   * file takes nothing away.
   * @returns what is wrong now
   */
  reload(): string[] {
    const problems = new Set<string>();
    for (const [context, before] of this.#known) {
      if (!this.#read) continue;
      const next = preferencesOf(this.#read(context));
      const fresh = next.problems.filter((problem) => !before.problems.includes(problem));
      if (fresh.length === 0) this.#known.set(context, next);
      for (const problem of fresh) problems.add(problem);
    }
    return [...problems];
  }
}

import { parseVersion } from '../../registry/list.ts';
import type { ListOptions } from '../list-options.ts';

/** Where a watch begins, and what it begins with. */
interface WatchStart {
  revision: number;
  /** The present objects come first, as ADDED. */
  initial: boolean;
  /** A bookmark says where they end. */
  endMark: boolean;
}

/** How `resourceVersion` and `sendInitialEvents` decide where a watch begins. */
export function startOf({ resourceVersion, sendInitialEvents, allowWatchBookmarks }: ListOptions): WatchStart {
  const revision = parseVersion(resourceVersion);
  const initial = sendInitialEvents ?? (resourceVersion === '' || resourceVersion === '0');
  return { revision, initial, endMark: initial && allowWatchBookmarks };
}

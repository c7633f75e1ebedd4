import { invalidListOptions, parseVersion } from '../../registry/list.ts';

/** Where a watch begins, and what it begins with. */
interface WatchStart {
  revision: number;
  /** The present objects come first, as ADDED. */
  initial: boolean;
  /** A bookmark says where they end. */
  endMark: boolean;
}

/** How `resourceVersion` and `sendInitialEvents` decide where a watch begins. */
export function startOf(query: URLSearchParams): WatchStart {
  const text = query.get('resourceVersion') ?? '';
  const revision = parseVersion(text);
  const match = query.get('resourceVersionMatch') ?? '';
  const sendInitial = query.get('sendInitialEvents');
  if (sendInitial === null) {
    if (match) {
      throw invalidListOptions(
        'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      );
    }
    return { revision, initial: text === '' || text === '0', endMark: false };
  }
  if (match !== 'NotOlderThan') {
    throw invalidListOptions(
      'resourceVersionMatch: Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  }
  const initial = sendInitial === 'true' || sendInitial === '1';
  const allowed = query.get('allowWatchBookmarks');
  return { revision, initial, endMark: initial && (allowed === 'true' || allowed === '1') };
}

import type { Notice, RolloutState } from './state.ts';
import type { RolloutTree } from './tree.ts';

/** The latest events about the workload, its revisions and pods, oldest first. */
export function recentNotices(state: RolloutState, tree: RolloutTree, most: number): Notice[] {
  const names = new Set(tree.revisions.map(({ name }) => name));
  const uids = [
    state.workload?.metadata.uid ?? '',
    ...[...state.revisions.values()].flatMap(({ metadata }) =>
      names.has(metadata.name ?? '') ? [metadata.uid ?? ''] : [],
    ),
    ...tree.revisions.flatMap(({ pods }) => pods.map(({ uid }) => uid)),
  ];
  const all = uids.flatMap((uid) => [...(state.notices.get(uid)?.values() ?? [])]);
  return all.sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).slice(-most);
}

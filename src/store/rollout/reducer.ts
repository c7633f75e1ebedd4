import type { KubeObject } from '../../api/meta.ts';
import type { Notice, RolloutEvent, RolloutKind, RolloutState } from './state.ts';

/**
 * Takes one event up. Pure: the same state and event give the same new state, and a state in which
 * nothing changed is returned as it is. Objects may come in any order, and more may come than belong
 * to the workload: who belongs is decided by `rolloutTree`.
 */
export function reduceRollout(state: RolloutState, event: RolloutEvent): RolloutState {
  switch (event.type) {
    case 'image':
      return { ...state, images: withEntry(state.images, event.reference, event.facts) };
    case 'node':
      return { ...state, nodes: withEntry(state.nodes, event.name, event.object) };
    case 'pulls':
      return { ...state, pulls: withEntry(state.pulls, event.node, event.pulls) };
    case 'log':
      return { ...state, logs: withEntry(state.logs, `${event.uid}/${event.log.container}`, event.log) };
    case 'list':
      return kinds[event.kind].list(state, event.objects);
    default:
      return kinds[event.kind][event.type](state, event.object);
  }
}

function withEntry<Value>(map: ReadonlyMap<string, Value>, key: string, value: Value): Map<string, Value> {
  return new Map(map).set(key, value);
}

interface KindReducer {
  put(state: RolloutState, object: KubeObject): RolloutState;
  drop(state: RolloutState, object: KubeObject): RolloutState;
  list(state: RolloutState, objects: readonly KubeObject[]): RolloutState;
}

const uidOf = (object: KubeObject): string => object.metadata.uid ?? '';

function indexed(field: 'revisions' | 'pods' | 'budgets'): KindReducer {
  return {
    put(state, object) {
      const known = state[field].get(uidOf(object));
      if (known && known.metadata.resourceVersion === object.metadata.resourceVersion) return state;
      return { ...state, [field]: new Map(state[field]).set(uidOf(object), object) };
    },
    drop(state, object) {
      if (!state[field].has(uidOf(object))) return state;
      const next = new Map(state[field]);
      next.delete(uidOf(object));
      return { ...withoutNotices(state, uidOf(object)), [field]: next };
    },
    list: (state, objects) => ({
      ...state,
      [field]: new Map(objects.map((object) => [uidOf(object), object])),
    }),
  };
}

const workload: KindReducer = {
  put: (state, object) => ({ ...state, workload: object, deleted: false }),
  // The name may come back with another uid before the old one's end is told.
  drop: (state, object) =>
    state.workload && uidOf(state.workload) !== uidOf(object)
      ? state
      : { ...state, workload: undefined, deleted: true },
  list: (state, objects) => ({
    ...state,
    workload: objects[0],
    deleted: objects.length === 0,
  }),
};

const events: KindReducer = {
  put: (state, object) => takeNotices(state, [object]),
  // Events vanish after an hour; what they told stays true.
  drop: (state) => state,
  list: takeNotices,
};

const pods: KindReducer = {
  ...indexed('pods'),
  drop: (state, object) => noteGone(indexed('pods').drop(state, object), [object]),
  list(state, objects) {
    const next = indexed('pods').list(state, objects);
    return noteGone(
      next,
      [...state.pods].flatMap(([uid, pod]) => (next.pods.has(uid) ? [] : [pod])),
    );
  },
};

/** A pod that goes leaves room for another, which who makes pods may only see a while later. */
function noteGone(state: RolloutState, gone: readonly KubeObject[]): RolloutState {
  const times = gone.map(({ metadata }) => metadata.deletionTimestamp ?? '');
  const lastGone = [state.lastGone, ...times].reduce((a, b) => (a > b ? a : b), '');
  return lastGone === state.lastGone ? state : { ...state, lastGone };
}

const kinds: Readonly<Record<RolloutKind, KindReducer>> = {
  workload,
  revision: indexed('revisions'),
  pod: pods,
  budget: indexed('budgets'),
  event: events,
};

function takeNotices(state: RolloutState, objects: readonly KubeObject[]): RolloutState {
  let next: Map<string, ReadonlyMap<string, Notice>> | undefined;
  const copied = new Map<string, Map<string, Notice>>();
  for (const object of objects) {
    const notice = readNotice(object);
    const key = `${notice.reason}/${notice.container}`;
    const of = copied.get(notice.uid) ?? (next ?? state.notices).get(notice.uid);
    const known = of?.get(key);
    if (known && (known.at > notice.at || (known.at === notice.at && known.message === notice.message))) continue;
    const own = copied.get(notice.uid) ?? new Map(of);
    copied.set(notice.uid, own);
    // An event that is told in other words goes on from the one before.
    const since = known && known.since < notice.since ? known.since : notice.since;
    own.set(key, { ...notice, since });
    next ??= new Map(state.notices);
    next.set(notice.uid, own);
  }
  return next ? { ...state, notices: next } : state;
}

/** Reads core/v1 and events.k8s.io/v1 alike. */
function readNotice(object: KubeObject): Notice {
  const about = object['involvedObject'] ?? object['regarding'] ?? {};
  const created: string = object['eventTime'] ?? object.metadata.creationTimestamp ?? '';
  const at: string =
    object['series']?.lastObservedTime ?? object['lastTimestamp'] ?? object['deprecatedLastTimestamp'] ?? created;
  return {
    uid: about.uid ?? '',
    kind: about.kind ?? '',
    name: about.name ?? '',
    container: /\{(.+)\}/.exec(about.fieldPath ?? '')?.[1] ?? '',
    reason: object['reason'] ?? '',
    message: object['message'] ?? object['note'] ?? '',
    at,
    since: object['firstTimestamp'] ?? object['deprecatedFirstTimestamp'] ?? created ?? at,
    count: object['series']?.count ?? object['count'] ?? object['deprecatedCount'] ?? 1,
    warning: object['type'] === 'Warning',
  };
}

function withoutNotices(state: RolloutState, uid: string): RolloutState {
  if (!state.notices.has(uid)) return state;
  const notices = new Map(state.notices);
  notices.delete(uid);
  return { ...state, notices };
}

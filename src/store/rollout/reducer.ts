import type { KubeObject } from '../../api/meta.ts';
import type { Notice, RolloutEvent, RolloutKind, RolloutState } from './state.ts';

/**
 * Takes one event up. Pure: the same state and event give the same new state, and a state in which
 * nothing changed is returned as it is. Objects may come in any order, and more may come than belong
 * to the workload: who belongs is decided by `rolloutTree`.
 */
export function reduceRollout(state: RolloutState, event: RolloutEvent): RolloutState {
  if (event.type === 'image') {
    return { ...state, images: new Map(state.images).set(event.reference, event.facts) };
  }
  const reducer = kinds[event.kind];
  if (event.type === 'list') return reducer.list(state, event.objects);
  return event.type === 'put' ? reducer.put(state, event.object) : reducer.drop(state, event.object);
}

interface KindReducer {
  put(state: RolloutState, object: KubeObject): RolloutState;
  drop(state: RolloutState, object: KubeObject): RolloutState;
  list(state: RolloutState, objects: readonly KubeObject[]): RolloutState;
}

const uidOf = (object: KubeObject): string => object.metadata.uid ?? '';

function indexed(field: 'revisions' | 'pods'): KindReducer {
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
  put(state, object) {
    const [key, notice] = noticeOf(object);
    const known = state.notices.get(key);
    if (known && known.at >= notice.at && known.message === notice.message) return state;
    return { ...state, notices: new Map(state.notices).set(key, notice) };
  },
  // Events vanish after an hour; what they told stays true.
  drop: (state) => state,
  list(state, objects) {
    const notices = new Map(state.notices);
    for (const object of objects) {
      const [key, notice] = noticeOf(object);
      const known = notices.get(key);
      if (!known || known.at <= notice.at) notices.set(key, notice);
    }
    return { ...state, notices };
  },
};

const kinds: Readonly<Record<RolloutKind, KindReducer>> = {
  workload,
  revision: indexed('revisions'),
  pod: indexed('pods'),
  event: events,
};

/** Reads core/v1 and events.k8s.io/v1 alike. */
function noticeOf(object: KubeObject): [string, Notice] {
  const about = object.involvedObject ?? object.regarding ?? {};
  const at: string =
    object.series?.lastObservedTime ??
    object.lastTimestamp ??
    object.deprecatedLastTimestamp ??
    object.eventTime ??
    object.metadata.creationTimestamp ??
    '';
  const reason: string = object.reason ?? '';
  const message: string = object.message ?? object.note ?? '';
  return [`${about.uid ?? ''}/${reason}`, { reason, message, at, warning: object.type === 'Warning' }];
}

function withoutNotices(state: RolloutState, uid: string): RolloutState {
  const notices = new Map([...state.notices].filter(([key]) => !key.startsWith(`${uid}/`)));
  return notices.size === state.notices.size ? state : { ...state, notices };
}

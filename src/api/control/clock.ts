import type { Happenings, Told } from './happenings.ts';

/** Cluster seconds in a real one, at the least and at the most. */
export const SLOWEST = 0.1;
export const FASTEST = 1000;

/** Of one `POST clock/step`. */
export const MOST_STEPS = 1000;

/** How the time of a cluster goes: the answer of `/kctl/v1/clock`. */
export interface ClockStatus {
  /** RFC 3339 with milliseconds. */
  now: string;
  paused: boolean;
  /** Cluster seconds in a real one, once it is not paused. */
  speed: number;
  /** Milliseconds by which the cluster is ahead of the clock on the wall. */
  aheadMs: number;
  /** When the next timer is due; absent where none is set. */
  next?: string;
  /** Something is to be done at this very moment. */
  busy: boolean;
}

/** One moment of a cluster's life. */
export interface Moment extends Happenings {
  /** RFC 3339 with milliseconds. */
  at: string;
}

/** The answer of `POST clock/step`. */
export interface Stepped {
  moments: Moment[];
  clock: ClockStatus;
}

/** What a jump was: how much happened, and the Events of it. */
export interface Jump {
  from: string;
  to: string;
  moments: number;
  created: number;
  changed: number;
  deleted: number;
  /** In order of when each was seen last; `count`: how often. */
  events: (Told & { at: string; count: number })[];
  /** Events before these. */
  more: number;
}

/** The answer of `POST clock/jump`. */
export interface Jumped {
  jump: Jump;
  clock: ClockStatus;
}

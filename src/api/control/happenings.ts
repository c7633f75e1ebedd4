/** What became of one object. */
export interface Change {
  verb: 'created' | 'changed' | 'deleted';
  /** `pods`, `deployments.apps` */
  resource: string;
  namespace?: string;
  name: string;
  /** What it has come to, where that can be said in a word or two: `Running`, `2/3 ready`. */
  now?: string;
}

/** An Event that was written, or seen again. */
export interface Told {
  type: string;
  reason: string;
  message: string;
  /** `pod/web-1` */
  about: string;
  namespace?: string;
}

/** What happened in a cluster between two looks. */
export interface Happenings {
  changes: Change[];
  events: Told[];
  /** Leases that were renewed: always, and nothing to look at. */
  renewed: number;
}

import type { KubeObject } from '../../../api/meta.ts';
import type { ObjectPath } from '../../../api/object-path.ts';

/** The first line of an entry: one command that changed something. */
export interface JournalHeader {
  id: number;
  /** RFC 3339. */
  time: string;
  /** As it was typed, quoted for a shell, without secret values. */
  command: string;
  context: string;
  server: string;
  user: string;
  namespace: string;
  /** The entry that this one took back. */
  undoes?: number;
}

/** Each further line: one write that the server took, in order. */
export interface JournalChange {
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** The object; after a creation with the name that the server gave. */
  target: ObjectPath & { name: string };
  kind: string;
  /** Without status and managed fields. Null: there was none. Absent: it could not be read, `unread` says why. */
  before?: KubeObject | null;
  /** As the server answered. Null: it was to go. Absent: no answer came, or none that has the object. */
  after?: KubeObject | null;
  unread?: string;
  /** The request was sent and no answer came: whether it was done is not known. */
  unanswered?: true;
  /** The values of a secret are not in `before` and `after`, as the settings want it. */
  withoutValues?: true;
  /** Of the deletion of a custom object: what it owned, by name. */
  dependents?: readonly string[];
  /** Of a deletion: what was to become of its dependents. */
  propagation?: string;
}

export interface JournalEntry extends JournalHeader {
  changes: readonly JournalChange[];
}

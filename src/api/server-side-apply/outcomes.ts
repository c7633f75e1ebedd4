import type { Entry, Manager } from './managers.ts';
import { Recent } from './recent.ts';
import { numberOfSet } from './written-sets.ts';

/** What an update left of one manager. */
interface Outcome {
  /** Index among those that there were before; -1: the writer, who was none of them. */
  from: number;
  /** Its time is that of the update. */
  isNow: boolean;
  fieldsV1: Record<string, unknown>;
}

/** Thousands of pods, and events about them, are written in the same few ways. The keys take a few KiB each. */
const outcomes = new Recent<string, readonly Outcome[]>(300);

/** Who writes, in no other way than everybody may: without a schema and versions of its own. */
export interface Updater {
  self: Omit<Manager, 'owned' | 'time' | 'read'>;
  kind: string;
  reset: readonly string[] | undefined;
}

/**
 * The same for updates that leave the same of their managers: of the same kind, by the same writer, with the same
 * difference. Undefined where a manager's set is not known by sight.
 */
export function outcomeKey({ self, kind, reset }: Updater, managers: readonly Manager[]): string | undefined {
  const before: unknown[] = [];
  for (const { manager, operation, apiVersion, subresource, read } of managers) {
    const number = numberOfSet(read?.from);
    if (number === undefined) return undefined;
    before.push(manager, operation, apiVersion, subresource, number);
  }
  return JSON.stringify([self.manager, self.apiVersion, self.subresource, kind, reset ?? null, before]);
}

/** Undefined where no such update is known. `managers` as they were before. */
export function knownOutcome(
  key: string,
  { self }: Updater,
  managers: readonly Manager[],
  now: string,
): Entry[] | undefined {
  return outcomes.get(key)?.map(({ from, isNow, fieldsV1 }) => {
    const before: Partial<Manager> = managers[from] ?? {};
    const { manager, operation, apiVersion, subresource } = from < 0 ? self : managers[from]!;
    return { manager, operation, apiVersion, subresource, time: isNow ? now : before.time, fieldsV1 };
  });
}

/** @param left of `managers`, with the writer `mine` where it took something; `entries` are theirs */
export function keepOutcome(
  key: string,
  managers: readonly Manager[],
  left: readonly Manager[],
  entries: readonly Entry[],
  mine: Manager | undefined,
): void {
  outcomes.set(
    key,
    left.map((manager, at) => ({
      from: managers.indexOf(manager),
      isNow: manager === mine,
      fieldsV1: entries[at]!.fieldsV1,
    })),
  );
}

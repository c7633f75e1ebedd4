import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { KubeObject, ManagedFieldsEntry } from '../../src/api/meta.ts';
import { applyServerSide, trackUpdate } from '../../src/api/server-side-apply.ts';
import { ApiStatusError, type StatusCause } from '../../src/api/status.ts';

/**
 * Random writes to random objects of built-in kinds, with what apimachinery's field manager 1.36 (typed
 * objects, structured-merge-diff 6.3) made of each. One line is the life of one object.
 */
interface Step {
  op: 'apply' | 'update';
  manager: string;
  force?: boolean;
  subresource?: string;
  /** Of an apply. */
  applied?: KubeObject;
  result?: KubeObject;
  message?: string;
  causes?: StatusCause[];
  /** Of an update. */
  after?: KubeObject;
  managedFields?: ManagedFieldsEntry[];
}
interface Life {
  kind: string;
  hasStatus: boolean;
  steps: Step[];
}

const lives = JSON.parse(
  readFileSync(new URL('../fixtures/api/server-side-apply.json', import.meta.url), 'utf8'),
) as Life[];
const NOW = '2026-01-01T00:00:00Z';

/** Before each write every entry was given a time of its own. */
const aged = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    ...(object.metadata.managedFields
      ? {
          managedFields: object.metadata.managedFields.map((entry, index) => ({
            ...entry,
            time: `2020-01-01T00:00:0${index}Z`,
          })),
        }
      : {}),
  },
});

/** Go wrote the time at which it ran. */
const entriesOf = (entries: readonly ManagedFieldsEntry[] | undefined) =>
  (entries ?? []).map(({ time, ...entry }) => ({
    ...entry,
    time: time === undefined || time.startsWith('2020-01-01T00:00:0') ? time : NOW,
  }));

/** Without what Go writes of a field whether it holds something or not. */
function content(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(content);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .map(([name, inner]) => [name, content(inner)] as const)
    .filter(([, inner]) => inner && inner !== '0' && !(typeof inner === 'object' && Object.keys(inner).length === 0));
  return Object.fromEntries(kept);
}

function contentOf(object: KubeObject): unknown {
  const { managedFields: _, uid: __, ...metadata } = object.metadata;
  return content({ ...object, metadata });
}

/** What both say of conflicts, which Go lists in no order. */
const linesOf = (text: string | undefined) => text?.replace('conflicts: ', 'conflicts:\n').split('\n').sort();
const causesOf = (causes: readonly StatusCause[] | undefined) => causes?.map((cause) => JSON.stringify(cause)).sort();

test.each(lives.map((life, index) => ({ name: `${index} ${life.kind}`, life })))('$name', ({ life }) => {
  let live: KubeObject | undefined;
  for (const step of life.steps) {
    const write = {
      manager: step.manager,
      now: NOW,
      subresource: step.subresource,
      reset: life.hasStatus ? [step.subresource === 'status' ? 'spec' : 'status'] : [],
    };
    const before = live && aged(live);
    if (step.op === 'update') {
      const entries = trackUpdate({ ...write, before, after: refreshed(step.after!, before) });
      expect(entriesOf(entries)).toEqual(entriesOf(step.managedFields));
      live = { ...step.after!, metadata: { ...step.after!.metadata, managedFields: step.managedFields! } };
      continue;
    }
    let result: KubeObject | undefined;
    let failed: ApiStatusError | undefined;
    try {
      result = applyServerSide({ ...write, live: before, applied: step.applied!, force: step.force });
    } catch (error) {
      if (!(error instanceof ApiStatusError)) throw error;
      failed = error;
    }
    expect(linesOf(failed?.status.message)).toEqual(linesOf(step.message));
    if (!step.result) {
      expect(causesOf(failed?.status.details?.causes)).toEqual(causesOf(step.causes));
      continue;
    }
    expect(contentOf(result!)).toEqual(contentOf(step.result));
    // A write that only sets times is none; the field manager alone does not know that.
    if (result !== before) {
      expect(entriesOf(result!.metadata.managedFields)).toEqual(entriesOf(step.result.metadata.managedFields));
    }
    live = step.result;
  }
});

/** The entries that the update was made from are those of `before`, unless it set others. */
function refreshed(after: KubeObject, before: KubeObject | undefined): KubeObject {
  const given = after.metadata.managedFields;
  if (!given || given.length === 0 || Object.keys(given[0]!).length === 0) return after;
  return { ...after, metadata: { ...after.metadata, managedFields: before?.metadata.managedFields ?? [] } };
}

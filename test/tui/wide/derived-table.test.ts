import { expect, test } from 'vitest';
import type { TableRow } from '../../../src/api/meta.ts';
import type { SourceState } from '../../../src/api/source.ts';
import type { TableStore } from '../../../src/store/table-store.ts';
import { type Derivation, derivedTable } from '../../../src/tui/views/local/derived-table.ts';
import { namedColumns } from '../../../src/tui/views/local/load.ts';
import { fakeCluster, putObject } from '../fake-services.ts';

const tick = () => new Promise((resolve) => setImmediate(resolve));

function opened(change: Partial<Derivation> = {}) {
  const fake = fakeCluster();
  for (const name of ['a', 'b']) {
    putObject(fake, 'configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, namespace: 'shop', uid: `uid-${name}` },
    });
  }
  const table = derivedTable(fake.services, {
    columns: namedColumns('Name', 'More*'),
    kinds: [{ kind: 'configmaps', scope: { namespace: 'shop' } }],
    rows: (live) =>
      [...live.items('configmaps').values()].map(({ resource, namespace, name, uid }) => ({
        id: name,
        namespace,
        ref: { resource, namespace, name, uid },
        cells: [name, ''],
      })),
    ...change,
  });
  const shown: TableRow[][] = [];
  const states: SourceState['phase'][] = [];
  const sink = {
    replace: (rows: TableRow[]) => void shown.push(rows),
    change() {},
    state: ({ phase }: SourceState) => void states.push(phase),
  };
  return { fake, table, shown, states, sink };
}

const noStore = undefined as unknown as TableStore;

test('rows stand for the objects that they were worked out from', async () => {
  const { fake, table, shown, states, sink } = opened();
  table.source.start(sink);
  await tick();
  fake.timing.advance(200);
  expect(shown.at(-1)?.map(({ cells }) => cells[0])).toEqual(['a', 'b']);
  expect(states.at(-1)).toBe('synced');
  expect(table.refOf?.({ key: 'shop/b' } as never)).toMatchObject({ name: 'b', uid: 'uid-b' });
  table.source.stop();
});

test('a kind that the cluster lacks is a failure, unless the table does without it', async () => {
  const kinds = [
    { kind: 'configmaps', scope: {} },
    { kind: 'boats', scope: {} },
  ];
  const strict = opened({ kinds });
  strict.table.source.start(strict.sink);
  await tick();
  strict.fake.timing.advance(200);
  expect(strict.states.at(-1)).toBe('failed');
  const lax = opened({ kinds: [kinds[0]!, { ...kinds[1]!, optional: true }] });
  lax.table.source.start(lax.sink);
  await tick();
  lax.fake.timing.advance(200);
  expect(lax.states.at(-1)).toBe('synced');
  expect(lax.shown.at(-1)).toHaveLength(2);
});

test('what has no watch is asked for while the table is seen, and at no other time', async () => {
  let asked = 0;
  const { fake, table, sink } = opened({ poll: { everyMs: 1000, ask: async () => ++asked > 0 } });
  table.source.start(sink);
  await tick();
  expect(asked).toBe(0);
  table.usage?.run(noStore, true);
  table.usage?.run(noStore, true);
  await tick();
  expect(asked).toBe(1);
  fake.timing.advance(1000);
  await tick();
  expect(asked).toBe(2);
  table.usage?.run(noStore, false);
  fake.timing.advance(60_000);
  await tick();
  expect(asked).toBe(2);
  table.usage?.run(noStore, true);
  await tick();
  expect(asked).toBe(3);
  table.usage?.stop();
  fake.timing.advance(60_000);
  await tick();
  expect(asked).toBe(3);
});

test('what is not to be had is not asked for again', async () => {
  let asked = 0;
  const poll = {
    everyMs: 1000,
    ask: async () => {
      asked++;
      return false;
    },
  };
  const { fake, table } = opened({ poll });
  table.usage?.run(noStore, true);
  await tick();
  fake.timing.advance(60_000);
  table.usage?.run(noStore, false);
  table.usage?.run(noStore, true);
  await tick();
  expect(asked).toBe(1);
});

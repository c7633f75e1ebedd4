import { expect, test } from 'vitest';
import type { KubeObject } from '../../../src/api/meta.ts';
import { keyOf, ObjectTable } from '../../../src/emulator/storage/object-table.ts';

const named = (namespace: string, name: string, owner?: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    namespace,
    name,
    ...(owner
      ? { ownerReferences: [{ apiVersion: 'v1', kind: 'Job', name: owner, uid: owner, controller: true }] }
      : {}),
  },
});

test('lists are in the order of keys, whatever came, went and was asked for meanwhile', () => {
  const table = new ObjectTable();
  const known = new Map<string, KubeObject>();
  let state = 7;
  const next = (below: number): number => {
    state = (state * 1103515245 + 12345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
  const expected = (namespace?: string) =>
    [...known.keys()]
      .sort((a, b) => (a < b ? -1 : 1))
      .filter((key) => namespace === undefined || key.startsWith(`${namespace}/`));
  for (let round = 0; round < 3000; round++) {
    const object = named(`n${next(3)}`, `p${next(400)}`, ['', 'a', 'b'][next(3)]);
    const key = keyOf(object);
    if (next(4) === 0) {
      known.delete(key);
      table.delete(key);
    } else {
      known.set(key, object);
      table.set(key, object);
    }
    expect(table.size).toBe(known.size);
    if (next(round % 500 < 250 ? 40 : 3) > 0) continue;
    const namespace = [undefined, 'n0', 'n1'][next(3)];
    expect(table.list(namespace).map(keyOf)).toEqual(expected(namespace));
    const owned = [...known.values()].filter((one) => one.metadata.ownerReferences?.[0]?.uid === 'a');
    expect(new Set(table.controlledBy('a'))).toEqual(new Set(owned));
  }
});

import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Memory, memoryFile } from '../../../src/tui/state/memory.ts';
import { fakeCluster } from '../fake-services.ts';

const newFile = () => memoryFile({ KCTL_HOME: mkdtempSync(join(tmpdir(), 'kctl-memory-')) }, 'arn:aws:eks/prod');

describe('what is remembered of a context', () => {
  test('is there the next time, in a file that only its owner reads', () => {
    const { timing } = fakeCluster();
    const file = newFile();
    const memory = new Memory(file, timing);
    memory.learn({ favourites: ['shop'], bookmarks: { mine: 'pods shop /web' } });
    memory.learn({ namespace: 'shop' });
    timing.advance(1000);
    expect(new Memory(file, timing).known).toMatchObject({
      namespace: 'shop',
      favourites: ['shop'],
      bookmarks: { mine: 'pods shop /web' },
    });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test('is written once for many changes, and what waits when the dashboard ends', () => {
    const { timing } = fakeCluster();
    const file = newFile();
    const memory = new Memory(file, timing);
    memory.learn({ namespace: 'a' });
    memory.learn({ namespace: 'b' });
    expect(() => readFileSync(file)).toThrow();
    memory.flush();
    expect(JSON.parse(readFileSync(file, 'utf8')).namespace).toBe('b');
    expect(timing.pending).toBe(0);
  });

  test.each(['', '[]', '{"favourites":"x"}', '{"sorts":{"pods":{"column":1}}}'])(
    'a file with %j counts as empty',
    (text) => {
      const { timing } = fakeCluster();
      const file = newFile();
      const memory = new Memory(file, timing);
      memory.learn({ namespace: 'a' });
      memory.flush();
      writeFileSync(file, text);
      expect(new Memory(file, timing).known).toEqual({
        sorts: {},
        columns: {},
        logs: {},
        favourites: [],
        bookmarks: {},
        lines: [],
        filters: [],
      });
    },
  );
});

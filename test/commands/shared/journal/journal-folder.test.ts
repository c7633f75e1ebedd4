import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JournalChange } from '../../../../src/commands/shared/journal/entry.ts';
import {
  beginEntry,
  journalFolder,
  readJournal,
  undoneEntries,
} from '../../../../src/commands/shared/journal/journal-folder.ts';

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kctl-journal-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const env = () => ({ KCTL_HOME: home });
const header = {
  time: '2026-01-02T03:04:05Z',
  command: 'kctl x',
  context: 'c',
  server: 's',
  user: 'u',
  namespace: 'n',
};
const target = { group: '', version: 'v1', plural: 'pods', namespace: 'n', name: 'a' };
const change: JournalChange = { method: 'DELETE', target, kind: 'Pod', before: null, after: null };
const files = () => readdirSync(journalFolder(env())).sort();

it('numbers entries, keeps them for their owner alone and reads them back', () => {
  for (const _ of [1, 2]) beginEntry(env(), header).append(change);
  expect(files()).toEqual(['000001.jsonl', '000002.jsonl']);
  expect(statSync(join(journalFolder(env()), '000001.jsonl')).mode & 0o777).toBe(0o600);
  expect(statSync(journalFolder(env())).mode & 0o777).toBe(0o700);
  expect(readJournal(env())).toEqual([
    { id: 1, ...header, changes: [change] },
    { id: 2, ...header, changes: [change] },
  ]);
});

it('keeps what is whole of an entry that was cut off, and passes over one without a change', () => {
  beginEntry(env(), header).append(change);
  beginEntry(env(), header);
  appendFileSync(join(journalFolder(env()), '000001.jsonl'), '{"method":"DEL');
  expect(readJournal(env()).map(({ id, changes }) => [id, changes.length])).toEqual([[1, 1]]);
});

it('goes on from the highest number and drops the oldest beyond what is kept', () => {
  for (let at = 0; at < 5; at++) beginEntry(env(), header, { keep: 3 }).append(change);
  expect(files()).toEqual(['000003.jsonl', '000004.jsonl', '000005.jsonl']);
});

it('drops what is older than the days that are kept', () => {
  beginEntry(env(), header).append(change);
  const now = Date.now();
  const old = new Date(now - 3 * 86_400_000);
  utimesSync(join(journalFolder(env()), '000001.jsonl'), old, old);
  beginEntry(env(), { ...header, time: new Date(now).toISOString() }, { days: 2 }).append(change);
  expect(files()).toEqual(['000002.jsonl']);
});

it('knows which entries stand', () => {
  const entry = (id: number, undoes?: number) => ({ id, ...header, ...(undoes !== undefined && { undoes }) });
  expect([...undoneEntries([entry(1), entry(2, 1)])]).toEqual([1]);
  // What took 1 back was taken back itself.
  expect([...undoneEntries([entry(1), entry(2, 1), entry(3, 2)])]).toEqual([2]);
});

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { changeKeptForwards, keptForwards } from '../../../src/store/forwards/ask-keepers.ts';
import { readForwardSets, saveForwardSet } from '../../../src/store/forwards/forward-sets.ts';
import { keepForwards } from '../../../src/store/forwards/keep-forwards.ts';
import { type KeeperRecord, readKeepers, removeKeeper, writeKeeper } from '../../../src/store/forwards/keeper-files.ts';
import { Rig, serve } from './rig.ts';

let home: string;
let env: Record<string, string>;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kctl-keepers-'));
  env = { KCTL_HOME: home };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const run = () => join(home, 'forwards', 'run');

test('forwards of a process are seen, started anew and stopped by others, who must know its token', async () => {
  const program = await serve((socket) => void socket.end('hi'));
  const rig = await Rig.start({ a: program.port });
  const leave = await keepForwards(rig.list, env, 'dashboard');
  try {
    const { id, local } = await rig.forward();
    expect(await text(connect(local, '127.0.0.1'))).toBe('hi');
    const [kept] = await keptForwards(env);
    expect(kept).toMatchObject({
      keeper: { pid: process.pid, kind: 'dashboard' },
      forwards: [{ id, name: 'web', target: 'service/web', local, pod: 'a', phase: 'forwarding', received: 2 }],
    });
    expect(await changeKeptForwards(env, 'restart', [id, 'unknown'])).toEqual([id]);
    expect((await keptForwards(env))[0]!.forwards[0]).toMatchObject({ id, local, connections: 0 });

    const [record] = readKeepers(env);
    for (const file of readdirSync(run())) {
      if (process.platform !== 'win32') expect(statSync(join(run(), file)).mode & 0o077).toBe(0);
    }
    const stranger = connect(record!.socket);
    stranger.write(`${JSON.stringify({ ask: 'stop', ids: [id], token: 'guessed' })}\n`);
    expect(JSON.parse(await text(stranger))).toEqual({ error: 'the token is wrong' });
    const newer = connect(record!.socket);
    newer.write(`${JSON.stringify({ ask: 'dance', token: record!.token })}\n`);
    expect(JSON.parse(await text(newer)).error).toMatch(/does not know what is asked for/);
    expect(rig.list.now()).toHaveLength(1);

    expect(await changeKeptForwards(env, 'stop', [id])).toEqual([id]);
    expect(rig.list.now()).toEqual([]);
  } finally {
    await leave();
    await rig.stop();
    program.close();
  }
  expect(readdirSync(run())).toEqual([]);
});

const record = (more: Partial<KeeperRecord>): KeeperRecord => ({
  ...{ protocol: 1, id: 'x', pid: process.pid, kind: 'background', version: '0.0.1', since: 1, token: 't' },
  socket: join(run(), 'x.sock'),
  ...more,
});

test('what a killed process has left is cleared away', async () => {
  writeKeeper(env, record({}));
  writeFileSync(join(run(), 'x.sock'), '');
  writeFileSync(join(run(), 'x.log'), 'last words');
  expect(await keptForwards(env)).toEqual([]);
  expect(readdirSync(run())).toEqual([]);
});

test('a process of another version that is asked otherwise is named, and left alone', async () => {
  writeKeeper(env, record({ protocol: 2 }));
  const [kept] = await keptForwards(env);
  expect(kept).toMatchObject({ forwards: [], trouble: 'it is kept by kctl 0.0.1, which has to be asked itself' });
  expect(readKeepers(env)).toHaveLength(1);
  removeKeeper(env, record({}));
});

test('files that are no records are passed over', async () => {
  mkdirSync(run(), { recursive: true });
  for (const content of ['', '{', '[]', '{"id":"y"}']) {
    writeFileSync(join(run(), 'y.json'), content);
    expect(readKeepers(env)).toEqual([]);
  }
});

test('a home folder so deep that no socket fits', async () => {
  env = { KCTL_HOME: join(home, 'deep'.repeat(25)) };
  const rig = await Rig.start({ a: 1 });
  const leave = await keepForwards(rig.list, env, 'command');
  expect(await keptForwards(env)).toMatchObject([{ forwards: [] }]);
  const [{ socket } = { socket: '' }] = readKeepers(env);
  expect(Buffer.byteLength(socket)).toBeLessThan(100);
  await leave();
  await rig.stop();
  expect(await keptForwards(env)).toEqual([]);
});

test('sets are kept, replaced and forgotten; a damaged file is said and not written over', () => {
  expect(readForwardSets(env)).toEqual({});
  saveForwardSet(env, 'shop', { words: ['web@shop', 'db@shop=5433:5432'] });
  saveForwardSet(env, 'ops', { words: ['grafana@monitoring'], hostNames: true });
  expect(Object.keys(readForwardSets(env))).toEqual(['shop', 'ops']);
  saveForwardSet(env, 'shop', undefined);
  expect(readForwardSets(env)).toEqual({ ops: { words: ['grafana@monitoring'], hostNames: true } });
  const file = join(home, 'forwards', 'sets.json');
  writeFileSync(file, '{"sets": {"a": 1}}');
  expect(() => saveForwardSet(env, 'b', { words: [] })).toThrow(/sets\.json is damaged/);
  expect(readFileSync(file, 'utf8')).toBe('{"sets": {"a": 1}}');
});

import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openReplay } from '../../../src/tui/replay/open-replay.ts';
import { readRecording } from '../../../src/tui/replay/recording.ts';
import { startRecording, stopRecording } from '../../../src/tui/replay/start-recording.ts';
import { tapServices } from '../../../src/tui/replay/tap-services.ts';
import { Tape } from '../../../src/tui/replay/tape.ts';
import { type FakeCluster, fakeCluster, podRow, putObject, start } from '../fake-services.ts';
import { renderTest, type TestScreen } from '../render-test.ts';

let folder: string;
let file: string;
let s: TestScreen | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kctl-replay-'));
  file = join(folder, 'incident.jsonl');
});
afterEach(() => {
  s?.close();
  rmSync(folder, { recursive: true });
});

function withPod(): FakeCluster {
  const fake = fakeCluster([podRow('shop', 'web-0'), podRow('shop', '장바구니')]);
  const spec = { containers: [{ name: 'main', env: [{ name: 'DB', value: 'hunter2' }] }] };
  putObject(fake, 'pods', { ...podRow('shop', 'web-0').object, spec });
  return fake;
}

/** A minute of a pod that breaks, with a look at its YAML. */
async function record(): Promise<FakeCluster> {
  const fake = withPod();
  const tape = new Tape();
  const services = tapServices(fake.services, tape);
  startRecording(tape, services, file);
  s = await renderTest({ cols: 100, rows: 24, cluster: { services, timing: fake.timing }, kind: 'pods shop' });
  fake.timing.advance(30_000);
  fake.tables.get('pods')!.change('MODIFIED', podRow('shop', 'web-0', { status: 'CrashLoopBackOff', ready: '0/1' }));
  await s.settle();
  await s.press('y', 'esc');
  fake.timing.advance(30_000);
  fake.tables.get('pods')!.change('DELETED', podRow('shop', 'web-0'));
  await s.settle();
  expect(stopRecording(tape)).toMatch(/incident\.jsonl \([\d.]+k?B, redacted\)/);
  s.close();
  s = undefined;
  return fake;
}

async function replayed(): Promise<{ timing: FakeCluster['timing']; replay: ReturnType<typeof openReplay> }> {
  const { timing } = fakeCluster();
  const replay = openReplay(file, {}, timing);
  s = await renderTest({ cols: 100, rows: 24, cluster: { services: replay.services, timing }, kind: replay.line });
  return { timing, replay };
}

describe('a recording', () => {
  test('is lines of JSON with a version, for its owner alone, without secrets', async () => {
    await record();
    const text = readFileSync(file, 'utf8');
    const { head, entries } = readRecording(text, file);
    expect(head).toMatchObject({
      version: 1,
      start: new Date(start).toISOString(),
      context: 'kind-dev',
      redacted: true,
    });
    expect(text).not.toContain('hunter2');
    expect(entries.filter((entry) => 'change' in entry && entry.t > 0).length).toBeGreaterThanOrEqual(2);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    // It is never written over another file.
    expect(() => startRecording(new Tape(), fakeCluster().services, file)).toThrow('is there already');
  });

  test('is shown again as it went, and can be stepped through', async () => {
    await record();
    const { timing, replay } = await replayed();
    expect(replay.line).toBe('pods shop');
    await s!.waitFor(/web-0 +1\/1 +Running/);
    expect(s!.text()).toContain('장바구니');
    timing.advance(30_000);
    await s!.settle();
    expect(s!.text()).toMatch(/web-0 +0\/1 +CrashLoopBackOff/);
    await s!.press('g', 'y');
    await s!.waitFor('<redacted>');
    await s!.press('esc');
    timing.advance(30_000);
    await s!.settle();
    expect(s!.text()).not.toMatch(/web-0 +0\/1/);
    await s!.press('<', '<');
    expect(s!.text()).toMatch(/web-0 +1\/1 +Running/);
    await s!.press('=');
    // What was not looked at then cannot be seen now, and says so.
    await s!.press('d');
    await s!.waitFor('not in the recording');
  });

  test('replays keys at their moments', async () => {
    await record();
    const keys = [
      { t: 500, input: { type: 'key', id: '/' } },
      { t: 600, input: { type: 'paste', text: 'web' } },
      { t: 700, input: { type: 'key', id: 'enter' } },
    ];
    const lines = [
      ...readFileSync(file, 'utf8').split('\n').filter(Boolean),
      ...keys.map((key) => JSON.stringify(key)),
    ];
    // The end of what was being written when the program was killed.
    writeFileSync(file, `${lines.join('\n')}\n{"t":800,"inp`);
    const { timing, replay } = await replayed();
    const feed = replay.feed((event) => s!.dashboard.handle(event));
    timing.advance(1000);
    await s!.settle();
    expect(s!.text()).toMatch(/pods\(shop\)\[1\/2\] \/web/);
    feed.close();
  });

  test('that is none, or of a later version, says so', () => {
    writeFileSync(file, 'hello\n');
    expect(() => openReplay(file, {})).toThrow('line 1 is no JSON');
    writeFileSync(file, '{"a":1}\n');
    expect(() => openReplay(file, {})).toThrow('is no recording');
    writeFileSync(file, `{"kctl":"recording","version":99,"by":"kctl 9","start":"2026-11-21T12:00:00Z"}\n`);
    expect(() => openReplay(file, {})).toThrow('recorded by a later kctl (kctl 9)');
    expect(() => openReplay(join(folder, 'nothing'), {})).toThrow('ENOENT');
  });
});

test(':record and :bundle write files from the dashboard', async () => {
  const fake = withPod();
  const log = '[pod/web-0/main] password=hunter2\n```\n';
  fake.answers.set('logs web-0 -n shop --all-containers --prefix --tail=200', { code: 0, stdout: log, stderr: '' });
  fake.answers.set('why pods/web-0 -n shop', { code: 1, stdout: '', stderr: 'error: no' });
  const services = tapServices(fake.services, new Tape());
  s = await renderTest({ cols: 180, rows: 24, cluster: { services, timing: fake.timing }, kind: 'pods shop' });
  await s.press(':');
  await s.type(`record ${file}\r`);
  await s.waitFor('Recording to');
  await s.press(':');
  await s.type('record stop\r');
  await s.waitFor('Recorded to');
  expect(readRecording(readFileSync(file, 'utf8'), file).entries.some((entry) => 'replace' in entry)).toBe(true);
  const report = join(folder, 'report.md');
  await s.press(':');
  await s.type(`bundle ${report}\r`);
  await s.waitFor('Written to');
  const text = readFileSync(report, 'utf8');
  expect(text).not.toContain('hunter2');
  expect(text).toMatch(/^# pods shop\/web-0\n/);
  expect(text).toContain('## Why: `kctl why pods/web-0 -n shop`\n\n```\n(error: no)\n```');
  // A fence in a log does not end the log.
  expect(text).toContain('````\n[pod/web-0/main] password=<redacted>\n```\n````');
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { uiCommand } from '../../../src/cli/ui.ts';
import type { IoStreams } from '../../../src/lib/io.ts';
import type { Replay } from '../../../src/tui/replay/open-replay.ts';
import { runSnapshot } from '../../../src/tui/snapshot/run-snapshot.ts';
import { isLoading } from '../../../src/tui/snapshot/wait-until-seen.ts';
import type { ViewModel } from '../../../src/tui/views/view-model.ts';
import { say, speak } from '../../../src/tui/words/say.ts';
import { fakeCluster, podRow } from '../fake-services.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'kctl-set-'));
});
afterEach(() => {
  rmSync(home, { recursive: true });
  speak('en');
});

const set = (dashboard: object) => writeFileSync(join(home, 'settings.json'), JSON.stringify({ dashboard }));

/** A snapshot of pods in words, with the user's files. */
async function shot(env: Record<string, string> = {}): Promise<string> {
  const fake = fakeCluster([podRow('shop', 'web-0')]);
  const stdout = new PassThrough();
  let text = '';
  stdout.on('data', (chunk) => {
    text += chunk;
  });
  const clock = setInterval(() => fake.timing.advance(100), 2);
  try {
    const code = await runSnapshot({
      cluster: fake.services.cluster,
      io: {
        stdout,
        stderr: stdout,
        stdin: new PassThrough(),
        env: { KCTL_HOME: home, ...env },
        cwd: home,
      } as unknown as IoStreams,
      signal: new AbortController().signal,
      clusterOptions: {} as never,
      replay: { services: fake.services, line: 'pods shop', feed: () => ({ close() {} }) } as unknown as Replay,
      format: 'text',
      size: '120x40',
      waitMs: 5000,
    });
    expect(code).toBe(0);
  } finally {
    clearInterval(clock);
  }
  return text;
}

test('a snapshot speaks as the settings say, and as the environment says over them', async () => {
  expect(await shot()).toContain('Context kind-dev');
  set({ language: 'ko' });
  expect(await shot()).toMatch(/컨텍스트 +kind-dev/);
  expect(await shot({ KCTL_LANG: 'en' })).toContain('Context kind-dev');
});

test.each([
  [{ lineMode: true }, {}, true],
  [{}, {}, false],
  [{ lineMode: true }, { KCTL_PLAIN: '0' }, false],
  [{}, { SCREEN_READER: '1' }, true],
  [{}, { TERM: 'dumb' }, true],
])('with %j and %j a terminal to draw on is not needed: %s', (dashboard, env, allowed) => {
  set(dashboard);
  const io = { stdin: {}, stdout: {}, env: { KCTL_HOME: home, ...env } };
  const validate = () =>
    uiCommand.validate!(
      { plain: false } as Parameters<NonNullable<typeof uiCommand.validate>>[0],
      { io, tool: 'kctl' } as never,
    );
  if (allowed) expect(validate).not.toThrow();
  else expect(validate).toThrow('the dashboard needs a terminal');
});

test.each(['en', 'ko'] as const)('what still connects is waited for, in %s', (language) => {
  speak(language);
  const model = (note: string) =>
    ({ title: () => ({ count: '0', notes: [say(note)] }), connection: () => undefined }) as unknown as ViewModel;
  expect(isLoading(model('connecting'))).toBe(true);
  expect(isLoading(model('autoscroll'))).toBe(false);
});

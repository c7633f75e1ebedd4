import { describe, expect, test } from 'vitest';
import { notificationKindOf, notificationSequence, notify } from '../../../src/tui/term/notify.ts';

const xterm = { TERM: 'xterm-256color' };

test.each([
  ['bell', '\u0007'],
  ['osc9', '\u0007\u001b]9;kctl: web is done\u0007'],
  ['osc777', '\u0007\u001b]777;notify;kctl;web is done\u0007'],
  ['off', ''],
] as const)('%s', (kind, sequence) => {
  expect(notificationSequence('web is done', xterm, kind)).toBe(sequence);
});

test('what a cluster says stays text', () => {
  const hostile = 'web\u0007\u001b]52;c;ZXZpbA==\u0007;a\nb\u009b2J';
  for (const kind of ['osc9', 'osc777'] as const) {
    const sequence = notificationSequence(hostile, xterm, kind);
    expect(sequence.match(/\u001b/g)).toHaveLength(1);
    expect(sequence.match(/\u0007/g)).toHaveLength(2);
    expect(sequence).not.toMatch(/[\n\u009b]/);
  }
  expect(notificationSequence('a;b;c', xterm, 'osc777').split(';')).toHaveLength(4);
  expect(notificationSequence('가'.repeat(1000), xterm, 'osc9').length).toBeLessThan(250);
});

test('tmux passes it on', () => {
  expect(notificationSequence('done', { ...xterm, TMUX: '/tmp/tmux-0/default,1,0' }, 'osc9')).toBe(
    '\u0007\u001bPtmux;\u001b\u001b]9;kctl: done\u0007\u001b\\',
  );
});

test.each([
  [{ TERM: 'xterm-kitty' }, 'osc9'],
  [{ TERM: 'xterm-256color', VTE_VERSION: '7600' }, 'osc777'],
  [{ TERM: 'rxvt-unicode-256color' }, 'osc777'],
  [{ TERM: 'linux' }, 'bell'],
  [{ TERM: 'dumb' }, 'bell'],
  [{}, 'bell'],
])('%j is told by %s', (env, kind) => {
  expect(notificationKindOf(env)).toBe(kind);
});

describe('telling', () => {
  function host(settings: { notify?: 'bell' | 'osc9' | 'osc777' | 'off' }) {
    const told: string[] = [];
    return {
      told,
      writeTerminal: (sequence: string) => void told.push(sequence),
      toast: (kind: string, text: string) => void told.push(`${kind}: ${text}`),
      services: { env: xterm },
      userFiles: { settings },
    };
  }

  test('on the screen and beyond it, as it is set', () => {
    const usual = host({});
    notify(usual, 'web is done');
    expect(usual.told).toEqual(['info: web is done', '\u0007\u001b]9;kctl: web is done\u0007']);
    const quiet = host({ notify: 'off' });
    notify(quiet, 'web has failed', 'error');
    expect(quiet.told).toEqual(['error: web has failed', '']);
  });
});

import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { holdOutput } from '../../../src/tui/term/hold-output.ts';
import type { InputEvent } from '../../../src/tui/term/key.ts';
import { listenToTerminal } from '../../../src/tui/term/terminal-input.ts';
import { TerminalModes } from '../../../src/tui/term/terminal-modes.ts';

function modes() {
  const log: string[] = [];
  const stdin = { isTTY: true, setRawMode: (raw: boolean) => log.push(`raw ${raw}`) };
  const stdout = { writable: true, write: (text: string) => log.push(text) };
  return { log, modes: new TerminalModes({ stdin, stdout }) };
}

test('every mode that is set is taken back, once', () => {
  const { log, modes: owned } = modes();
  owned.leave();
  expect(log).toEqual([]);
  owned.enter();
  owned.enter();
  owned.leave();
  owned.leave();
  const [on, off] = log.filter((entry) => !entry.startsWith('raw'));
  const numbers = (text: string) => [...text.matchAll(/\?(\d+)/g)].map((match) => match[1]).sort();
  expect(numbers(on!)).toEqual(numbers(off!));
  expect(log.filter((entry) => entry.startsWith('raw'))).toEqual(['raw true', 'raw false']);
});

test('a rescue also leaves the alternate screen and shows the cursor', () => {
  const { log, modes: owned } = modes();
  owned.rescue();
  expect(log.at(-1)).toMatch(/\?1000l.*\?2004l.*\?1049l.*\?25h/);
  expect(log).toContain('raw false');
});

test('what others print is held back and comes afterwards', async () => {
  let written = '';
  const stream = new Writable({
    write(chunk, _, done) {
      written += chunk;
      done();
    },
  });
  const heard: string[] = [];
  const held = holdOutput(stream, (text) => heard.push(text));
  await new Promise<void>((resolve) => stream.write('Warning: old API\n', () => resolve()));
  expect([written, heard]).toEqual(['', ['Warning: old API\n']]);
  await held.during(async () => void stream.write('a shell\n'));
  stream.write('Warning: more\n');
  expect([written, heard]).toEqual(['a shell\n', ['Warning: old API\n', 'Warning: more\n']]);
  held.release();
  expect(written).toBe('a shell\nWarning: old API\nWarning: more\n');
});

test('stdin becomes events; silence completes a lone Esc', async () => {
  const stdin = new PassThrough();
  const events: InputEvent[] = [];
  const esc = Promise.withResolvers<void>();
  const stop = listenToTerminal(
    stdin,
    (event) => {
      events.push(event);
      if (event.type === 'key' && event.id === 'esc') esc.resolve();
    },
    2,
  );
  stdin.write('j\u001b');
  await esc.promise;
  expect(events.map((event) => (event.type === 'key' ? event.id : event.type))).toEqual(['j', 'esc']);
  stop();
  expect(stdin.listenerCount('data')).toBe(0);
});

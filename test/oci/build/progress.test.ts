import { Writable } from 'node:stream';
import xterm from '@xterm/headless';
import { expect, test } from 'vitest';
import { plainProgress } from '../../../src/oci/build/progress/plain-progress.ts';
import { TerminalBuildProgress } from '../../../src/oci/build/progress/terminal-progress.ts';

const bytes = (text: string) => Buffer.from(text);

test('line by line; what goes on at the same time has its heading again', () => {
  let now = 0;
  let shown = '';
  const progress = plainProgress(
    (text) => {
      shown += text;
    },
    () => now,
  );
  const file = progress.begin('[internal] load build definition from Dockerfile');
  file.note('transferring dockerfile: 12B done');
  file.done();
  const one = progress.begin('[one 2/2] RUN a   b\n  c');
  now = 1234;
  one.output(bytes('first\nsec'));
  const two = progress.begin('[two 2/3] COPY x /');
  two.cached();
  one.output(bytes('ond\n10%\r50%\r100%\na\tb\u001b[2J\n\u001b[31mred\u001b[0m'));
  const three = progress.begin('[two 3/3] RUN x');
  three.missed('x changed');
  one.done();
  three.failed('it failed');
  expect(shown).toBe(
    [
      '#1 [internal] load build definition from Dockerfile',
      '#1 transferring dockerfile: 12B done',
      '#1 DONE 0.0s',
      '',
      '#2 [one 2/2] RUN a b c',
      '#2 1.234 first',
      '',
      '#3 [two 2/3] COPY x /',
      '#3 CACHED',
      '',
      '#2 [one 2/2] RUN a b c',
      '#2 1.234 second',
      '#2 1.234 100%',
      '#2 1.234 a\tb^[[2J',
      '',
      '#4 [two 3/3] RUN x',
      '#4 not reused: x changed',
      '',
      '#2 [one 2/2] RUN a b c',
      '#2 1.234 ^[[31mred^[[0m',
      '#2 DONE 1.2s',
      '',
      '#4 ERROR: it failed',
      '',
      '',
    ].join('\n'),
  );
});

test('on a terminal, drawn in place; lines that are too long and too many are cut', async () => {
  const terminal = new xterm.Terminal({ cols: 40, rows: 8, allowProposedApi: true, convertEol: true });
  const written: Promise<void>[] = [];
  const stream = Object.assign(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        written.push(new Promise((resolve) => terminal.write(chunk, resolve)));
        done();
      },
    }),
    { isTTY: true, columns: 40, rows: 8 },
  );
  const screen = async () => {
    await Promise.all(written);
    const buffer = terminal.buffer.active;
    const lines = Array.from({ length: 8 }, (_, row) =>
      buffer.getLine(buffer.viewportY + row)!.translateToString(true),
    );
    return lines.join('\n').trimEnd();
  };
  let now = 0;
  const ticks: (() => void)[] = [];
  const progress = new TerminalBuildProgress(
    stream,
    () => now,
    false,
    (draw) => {
      ticks.push(draw);
      return () => undefined;
    },
  );
  const file = progress.begin('[internal] load');
  file.done();
  const run = progress.begin('[2/2] RUN a command that is longer than the line is');
  now = 2500;
  run.output(bytes('one\ntwo\tcolumns\n\u001b[2Jthree\n'));
  ticks[0]!();
  expect(await screen()).toBe(
    [
      '[+] Building 2.5s (1/2)',
      ' => [internal] load                0.0s',
      ' => [2/2] RUN a command that is l… 2.5s',
      ' => => # one',
      ' => => # two     columns',
      ' => => # ^[[2Jthree',
    ].join('\n'),
  );
  run.output(bytes('4\n5\n6\n7\n8\n'));
  ticks[0]!();
  expect((await screen()).split('\n')).toEqual([
    '[+] Building 2.5s (1/2)',
    ...[' => => # ^[[2Jthree', ' => => # 4', ' => => # 5', ' => => # 6', ' => => # 7', ' => => # 8'],
  ]);
  run.failed('no');
  progress.end();
  expect((await screen()).split('\n')).toEqual([
    '[+] Building 2.5s (2/2)',
    ' => [internal] load                0.0s',
    ' => ERROR [2/2] RUN a command tha… 2.5s',
  ]);
});

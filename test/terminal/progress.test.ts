import { existsSync, symlinkSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, kctl, type Sandbox, sandbox } from '../support/program.ts';
import { hasTmux, Terminal } from './tmux.ts';

if (!hasTmux) console.warn('skipped: tmux is not installed');

/** A server that answers when it is told to. */
const held: ServerResponse[] = [];
const server = createServer((_request, response) => {
  held.push(response);
});
const answer = async () => {
  const response = await eventually(() => held.shift(), 'a request');
  response.setHeader('content-type', 'application/json').end('{"gitVersion":"v1.32.5","major":"1","minor":"32"}');
};

describe.skipIf(!hasTmux)('a slow server, on a real terminal', () => {
  let box: Sandbox;
  let terminal: Terminal;
  let command: string;
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    box = sandbox();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    command = `get --raw /version --server ${url}`;
    terminal = new Terminal({ columns: 70, rows: 12 }, { ...box.env, NO_COLOR: '' });
    await terminal.waitFor(/^\$ *$/m);
  });
  afterAll(() => {
    terminal?.close();
    box?.dispose();
    server.closeAllConnections();
    server.close();
  });

  /** Runs a command line on a screen of its own. */
  const start = (line: string) => terminal.type(`clear; ${line}; echo "ended with $?"\n`);

  test('is waited for in the sight of the user, without a trace', async () => {
    start(`${kctl} ${command}`);
    await terminal.waitFor(/^⠋|^. waiting for 127\.0\.0\.1:\d+: \/version … \d\.\d s$/m);
    await answer();
    const screen = await terminal.waitFor(/ended with 0/);
    expect(screen).not.toContain('waiting');
    expect(screen).toMatch(/^\{"gitVersion":"v1\.32\.5".*\}ended with 0$/m);
  });

  test('Ctrl-C restores the line', async () => {
    start(`${kctl} ${command}`);
    await terminal.waitFor(/waiting for 127/);
    terminal.press('C-c');
    const screen = await terminal.waitFor(/ended with 130/);
    expect(screen).not.toContain('waiting');
    held.shift();
  });

  test('a terminal that becomes narrower keeps no piece of it', async () => {
    start(`${kctl} ${command}`);
    await terminal.waitFor(/waiting for 127.*\d s$/m);
    terminal.resize(24, 12);
    await terminal.waitFor(/^. waiting for 127…? … \d|^. waiting.*… \d/m);
    await answer();
    const screen = await terminal.waitFor(/ended with 0/);
    expect(screen).not.toMatch(/waiting|version …| s$/m);
    terminal.resize(70, 12);
  });

  test.each([
    ['a pipe', (line: string) => `${kctl} ${line} | cat`],
    ['a dumb terminal', (line: string) => `TERM=dumb ${kctl} ${line}`],
    ['a link named kubectl', (line: string) => `./kubectl ${line}`],
    ['a log of requests', (line: string) => `${kctl} ${line} -v=6`],
  ])('%s sees nothing of it', async (_what, lineOf) => {
    if (!existsSync(join(box.home, 'kubectl'))) symlinkSync(kctl, join(box.home, 'kubectl'));
    terminal.type(`cd ${box.home}\n`);
    // A second command runs beside it on the same screen: once that one says that it waits, the first would have, too.
    start(`(${lineOf(command)} &) ; ${kctl} ${command}`);
    await eventually(() => held.length === 2, 'two requests');
    const screen = await terminal.waitFor(/waiting for 127/);
    expect(screen.match(/waiting for 127/g)).toHaveLength(1);
    await answer();
    await answer();
    await terminal.waitFor(/ended with 0/);
  });
});

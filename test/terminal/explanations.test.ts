import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, kctl, type Sandbox, sandbox } from '../support/program.ts';
import { hasTmux, Terminal } from './tmux.ts';

if (!hasTmux) console.warn('skipped: tmux is not installed');

/** Lists, which are asked for to explain, are answered when they are told to be. */
const held: ServerResponse[] = [];
const missing = {
  ...{ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code: 404, reason: 'NotFound' },
  ...{ message: 'pods "wbe" not found', details: { name: 'wbe', kind: 'pods' } },
};
const server = createServer((request, response) => {
  if (request.url?.startsWith('/api/v1/pods')) held.push(response);
  else response.writeHead(404, { 'content-type': 'application/json' }).end(JSON.stringify(missing));
});

describe.skipIf(!hasTmux)('an error, on a real terminal', () => {
  let box: Sandbox;
  let terminal: Terminal;
  let command: string;
  beforeAll(async () => {
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    box = sandbox();
    command = `get pod wbe --server http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    terminal = new Terminal({ columns: 60, rows: 14 }, { ...box.env, NO_COLOR: '' });
    await terminal.waitFor(/^\$ *$/m);
  });
  afterAll(() => {
    terminal?.close();
    box?.dispose();
    server.closeAllConnections();
    server.close();
  });
  const start = (line: string) => terminal.type(`clear; ${line}; echo "ended with $?"\n`);
  const told = 'Error from server (NotFound): pods "wbe" not found';

  test('is explained below', async () => {
    start(`${kctl} ${command}`);
    const list = await eventually(() => held.shift(), 'a list');
    const items = [{ metadata: { name: 'web-1', namespace: 'default' } }];
    list
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items }));
    const screen = await terminal.waitFor(/ended with 1/);
    expect(screen).toContain(`${told}\n  In namespace default there is: web-1.\nended with 1`);
  });

  test('waits for nobody who does not answer, and leaves no trace of waiting', async () => {
    start(`${kctl} ${command}`);
    const screen = await terminal.waitFor(/ended with 1/);
    expect(screen).toContain(`${told}\nended with 1`);
    held.length = 0;
  });

  test('Ctrl-C ends it', async () => {
    start(`${kctl} ${command}`);
    await eventually(() => held.shift(), 'a list');
    terminal.press('C-c');
    const screen = await terminal.waitFor(/ended with 130/);
    expect(screen).toContain(told);
  });

  test('not where it is a pipe', async () => {
    start(`${kctl} ${command} 2>&1 | cat`);
    await terminal.waitFor(/ended with 0/);
    expect(held).toEqual([]);
  });
});

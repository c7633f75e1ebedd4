import { type Duplex, duplexPair } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { WebSocketWire } from '../../src/kube/streams/web-socket-wire.ts';

/** A wire, and the library's server at the other end of it. */
async function wired(isMasked: boolean) {
  const [near, far] = duplexPair();
  const server = new WebSocketServer({ noServer: true });
  const headers = {
    upgrade: 'websocket',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'sec-websocket-version': '13',
  };
  const heard: Buffer[] = [];
  const closed: number[] = [];
  let pongs = 0;
  // The answer to the handshake is not the wire's to read.
  const head = new Promise<void>((resolve) => near.once('data', () => resolve()));
  const client = await new Promise<import('ws').WebSocket>((resolve) => {
    server.handleUpgrade({ method: 'GET', url: '/', headers } as never, far as never, Buffer.alloc(0), resolve);
  });
  await head;
  near.removeAllListeners('data');
  client.on('message', (data: Buffer) => heard.push(data));
  client.on('close', (code) => closed.push(code));
  client.on('pong', () => pongs++);
  const wire = new WebSocketWire(near, isMasked);
  return { wire, client, heard, closed, pongs: () => pongs };
}

const until = async (probe: () => boolean): Promise<void> => {
  while (!probe()) await new Promise(setImmediate);
};

describe('a byte stream in a WebSocket', () => {
  test.each([true, false])('comes whole both ways, in messages of any length (masked: %s)', async (isMasked) => {
    const { wire, client, heard, closed } = await wired(isMasked);
    const pieces = [0, 1, 125, 126, 127, 65_535, 65_536, 300_000].map((size) => Buffer.alloc(size, `${size}.`));
    const got = buffer(wire);
    for (const piece of pieces) client.send(piece);
    for (const piece of pieces) wire.write(piece);
    const whole = Buffer.concat(pieces);
    await until(() => Buffer.concat(heard).length === whole.length);
    expect(Buffer.concat(heard).equals(whole)).toBe(true);
    client.close(1000);
    expect((await got).equals(whole)).toBe(true);
    await until(() => closed.length > 0);
    expect(closed).toEqual([1000]);
  });

  test('answers pings, passes over pongs, and takes messages in fragments', async () => {
    const { wire, client, pongs } = await wired(true);
    const got = buffer(wire);
    client.ping('are you there');
    client.pong('nobody asked');
    client.send('frag', { binary: true, fin: false });
    client.ping();
    client.send('ments', { binary: true, fin: true });
    await until(() => pongs() === 2);
    client.close(1000);
    expect((await got).toString()).toBe('fragments');
  });

  test('ends by a close of its own', async () => {
    const { wire, closed } = await wired(true);
    wire.resume();
    wire.end('last');
    await until(() => closed.length > 0);
    expect(closed).toEqual([1000]);
  });
});

describe('frames', () => {
  const raw = (): { wire: WebSocketWire; far: Duplex; failure: Promise<Error> } => {
    const [near, far] = duplexPair();
    const wire = new WebSocketWire(near, true);
    return { wire, far, failure: new Promise((resolve) => wire.once('error', resolve)) };
  };
  test('may be cut anywhere', async () => {
    const { wire, far } = raw();
    const bytes = Buffer.concat([
      Buffer.from([0x82, 126, 0x01, 0x00]),
      Buffer.alloc(256, 'ab'),
      Buffer.from([0x82, 1, 0x63]),
    ]);
    const got = buffer(wire);
    for (const byte of bytes) {
      far.write(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    far.end();
    expect((await got).toString()).toBe(`${'ab'.repeat(128)}c`);
  });
  test.each([
    ['masked by the server', [0x82, 0x81, 1, 2, 3, 4, 5]],
    ['with bits that mean nothing', [0xc2, 1, 1]],
    ['of text', [0x81, 1, 0x61]],
    ['of a kind that is none', [0x83, 0]],
    ['of control that is too long', [0x89, 126, 0, 200]],
  ])('%s end the connection', async (_, bytes) => {
    const { wire, far, failure } = raw();
    wire.resume();
    far.write(Buffer.from(bytes));
    expect((await failure).message).toMatch(/^WebSocket: /);
    expect(wire.destroyed).toBe(true);
  });
});

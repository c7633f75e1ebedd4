import { duplexPair } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { afterEach, expect, test, vi } from 'vitest';
import { PodTunnel } from '../../src/kube/streams/pod-tunnel.ts';
import { FrameReader } from '../../src/lib/spdy/frame-reader.ts';
import { encode } from '../../src/lib/spdy/frames.ts';
import { HeaderPacker } from '../../src/lib/spdy/header-block.ts';
import { eventually } from '../support/program.ts';

const PIECE = 64 * 1024;

/** A server as those of container runtimes: it grants nothing and heeds no grants. `answer` gets each data stream. */
function tunnelTo(answer: (send: (data: Buffer, fin?: boolean) => void) => void) {
  const [near, far] = duplexPair();
  const reader = new FrameReader();
  const packer = new HeaderPacker();
  const state = { isSilent: false };
  far.on('data', (bytes: Buffer) => {
    for (const frame of reader.read(bytes)) {
      if (state.isSilent) continue;
      if (frame.type === 'ping') far.write(encode.ping(frame.id));
      if (frame.type !== 'synStream') continue;
      far.write(encode.synReply(packer, frame.stream, {}));
      if (frame.headers.streamtype !== 'data') continue;
      answer((data, fin = false) => far.write(encode.data(frame.stream, data, fin)));
    }
  });
  let ended = 0;
  const tunnel = new PodTunnel(near, () => ended++);
  const refused = (reason: string) => new Error(reason);
  return { tunnel, state, connect: () => tunnel.connect(80, refused), ended: () => ended };
}

afterEach(() => vi.useRealTimers());

test('a reader that stops holds up a tunnel without windows, which says so, and nothing is lost', async () => {
  const pieces = 128;
  const { tunnel, connect } = tunnelTo((send) => {
    for (let at = 0; at < pieces; at++) send(Buffer.alloc(PIECE, at), at === pieces - 1);
  });
  expect(tunnel.isFree).toBe(true);
  const connection = await connect();
  await eventually(() => !tunnel.isFree, 'a tunnel that is held up');
  const got = await buffer(connection);
  expect(got.length).toBe(pieces * PIECE);
  expect(got[PIECE * 100]).toBe(100);
  expect(tunnel.isFree).toBe(true);
  tunnel.close();
});

test('a peer that is asked and does not answer is given up, with the connections through it', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  const { tunnel, state, connect, ended } = tunnelTo(() => {});
  const connection = await connect();
  expect(await tunnel.isAlive()).toBe(true);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(ended()).toBe(0);
  state.isSilent = true;
  const late = connect();
  const failure = late.catch((error: Error) => error.message);
  await vi.advanceTimersByTimeAsync(36_000);
  expect(ended()).toBe(1);
  expect(connection.destroyed).toBe(true);
  expect(await failure).toMatch(/lost connection to pod|waiting for the server/);
  expect(await tunnel.isAlive()).toBe(false);
});

test('after a sleep of the machine it takes seconds', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  const { state, ended } = tunnelTo(() => {});
  await vi.advanceTimersByTimeAsync(20_000);
  state.isSilent = true;
  vi.setSystemTime(Date.now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(9_000);
  expect(ended()).toBe(1);
});

import { duplexPair } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import type { KctlError } from '../../../../src/lib/errors.ts';
import { encode, resetStatus } from '../../../../src/lib/spdy/frames.ts';
import { SpdyConnection } from '../../../../src/lib/spdy/spdy-connection.ts';
import type { SpdyStream } from '../../../../src/lib/spdy/spdy-stream.ts';
import { RawClient } from './raw-client.ts';

const KIB = 1024;

function connect(onStream: (stream: SpdyStream) => string | undefined = () => undefined) {
  const [near, far] = duplexPair();
  const streams: SpdyStream[] = [];
  const ends: (KctlError | undefined)[] = [];
  const connection = new SpdyConnection(near, {
    onStream(stream) {
      streams.push(stream);
      return onStream(stream);
    },
    onEnd: (failure) => ends.push(failure),
  });
  return { client: new RawClient(far), streams, ends, connection, near };
}

/** Lets everything that is under way come to rest. */
async function rest(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await turn();
}

describe('streams', () => {
  test('are answered, carry bytes both ways and close one direction at a time', async () => {
    const { client, streams } = connect();
    client.open(1, { port: '80' });
    await client.until(() => client.of('synReply').length === 1, 'the reply');
    const stream = streams[0]!;
    expect({ ...stream.headers }).toEqual({ port: '80' });
    const heard: Buffer[] = [];
    stream.on('data', (data) => heard.push(data));
    let isEnded = false;
    stream.on('end', () => {
      isEnded = true;
    });
    client.send(encode.data(1, Buffer.from('ping')), encode.data(1, Buffer.alloc(0), true));
    await client.until(() => isEnded, 'the end of the client');
    expect(Buffer.concat(heard).toString()).toBe('ping');
    // Half closed: the other direction goes on.
    stream.write('po');
    stream.end('ng');
    await client.until(() => client.isFinished(1), 'our end');
    expect(client.bytes(1).toString()).toBe('pong');
    await rest();
    expect(stream.destroyed).toBe(true);
    expect(client.of('rstStream')).toEqual([]);
  });

  test('that are destroyed are reset, and a reset destroys', async () => {
    const { client, streams } = connect();
    client.open(1);
    client.open(3);
    await client.until(() => streams.length === 2, 'two streams');
    streams[0]!.destroy(new Error('the pod broke'));
    await client.until(() => client.of('rstStream').length === 1, 'the reset');
    expect(client.of('rstStream')).toEqual([{ type: 'rstStream', stream: 1, status: resetStatus.cancel }]);
    client.send(encode.rstStream(3, resetStatus.cancel));
    await client.until(() => streams[1]!.destroyed, 'the destroyed stream');
    // Data that was under way meanwhile is nobody's failure.
    client.send(encode.data(1, Buffer.from('late')), encode.data(3, Buffer.from('late')), encode.ping(1));
    await client.until(() => client.of('ping').length === 1, 'an answer after it');
    expect(client.isEnded).toBe(false);
  });

  test('that the handler refuses are reset', async () => {
    const { client } = connect(() => 'not here');
    client.open(1);
    await client.until(() => client.of('rstStream').length === 1, 'the reset');
  });

  test('beyond the bound are refused one by one, the others stay', async () => {
    const { client, streams } = connect();
    for (let id = 1; id < 2 * 4096 + 4; id += 2) client.open(id);
    await client.until(() => client.of('rstStream').length === 2, 'the refusals');
    expect(client.of('rstStream').map(({ status }) => status)).toEqual([3, 3]);
    expect(streams).toHaveLength(4096);
    expect(streams.every((stream) => !stream.destroyed)).toBe(true);
  });

  test('close with the connection', async () => {
    const { client, streams, ends } = connect();
    client.open(1);
    await client.until(() => streams.length === 1, 'the stream');
    client.transport.end();
    await client.until(() => ends.length === 1, 'the end');
    expect(streams[0]!.destroyed).toBe(true);
    expect(ends).toEqual([undefined]);
  });

  test('after GOAWAY none are taken, and the last one to close ends the connection', async () => {
    const { client, streams, ends } = connect();
    client.open(1);
    client.send(encode.goAway(0, 0));
    client.open(3);
    await client.until(() => client.of('rstStream').length === 1, 'the refusal');
    expect(ends).toEqual([]);
    client.send(encode.rstStream(1, resetStatus.cancel));
    await client.until(() => client.isEnded, 'the end');
    expect(streams).toHaveLength(1);
    expect(ends).toEqual([undefined]);
  });

  test('closing says goodbye', async () => {
    const { client, streams, connection } = connect();
    client.open(1);
    await client.until(() => streams.length === 1, 'the stream');
    connection.close();
    await client.until(() => client.isEnded, 'the end');
    expect(client.of('goAway')).toEqual([{ type: 'goAway', lastStream: 1, status: 0 }]);
  });
});

describe('windows', () => {
  test('a peer that keeps windows gets no byte more than it granted', async () => {
    const { client, streams } = connect();
    client.send(encode.settings(10_000));
    client.open(1);
    await client.until(() => streams.length === 1, 'the stream');
    const body = Buffer.from(Array.from({ length: 30_000 }, (_, at) => at % 251));
    streams[0]!.end(body);
    await client.until(() => client.bytes(1).length === 10_000, 'the first window');
    await rest();
    expect(client.bytes(1)).toHaveLength(10_000);
    client.send(encode.windowUpdate(1, 1));
    await client.until(() => client.bytes(1).length === 10_001, 'one byte more');
    client.send(encode.settings(15_000));
    await client.until(() => client.bytes(1).length === 15_001, 'a larger window');
    expect(client.isFinished(1)).toBe(false);
    client.send(encode.windowUpdate(1, 100_000));
    await client.until(() => client.isFinished(1), 'the rest');
    expect(client.bytes(1).equals(body)).toBe(true);
  });

  test('the window of the connection binds all streams together', async () => {
    const { client, streams } = connect();
    client.send(encode.settings(1024 * KIB));
    client.open(1);
    client.open(3);
    await client.until(() => streams.length === 2, 'two streams');
    for (const stream of streams) stream.end(Buffer.alloc(60 * KIB));
    const sum = () => client.bytes(1).length + client.bytes(3).length;
    await client.until(() => sum() === 64 * KIB, 'one window');
    await rest();
    expect(sum()).toBe(64 * KIB);
    client.send(encode.windowUpdate(0, 56 * KIB));
    await client.until(() => client.isFinished(1) && client.isFinished(3), 'both bodies');
    expect(sum()).toBe(120 * KIB);
  });

  test('a peer that knows no windows, as kubectl, is not waited for', async () => {
    const { client, streams } = connect();
    client.open(1);
    await client.until(() => streams.length === 1, 'the stream');
    streams[0]!.end(Buffer.alloc(1024 * KIB));
    await client.until(() => client.isFinished(1), 'the whole body');
    expect(client.bytes(1)).toHaveLength(1024 * KIB);
  });

  test('what is read is granted again, for the stream and for the connection', async () => {
    const { client, streams } = connect();
    client.open(1);
    await client.until(() => streams.length === 1, 'the stream');
    streams[0]!.resume();
    for (let sent = 0; sent < 64; sent += 8) client.send(encode.data(1, Buffer.alloc(8 * KIB)));
    const granted = (stream: number) =>
      client.of('windowUpdate').reduce((sum, frame) => sum + (frame.stream === stream ? frame.delta : 0), 0);
    await client.until(() => granted(1) === 64 * KIB && granted(0) === 64 * KIB, 'the grants');
  });

  test('nothing is granted for what nobody reads, and the transport waits', async () => {
    const { client, streams, near } = connect();
    client.open(1);
    await client.until(() => streams.length === 1, 'the stream');
    let taken = 0;
    const chunk = Buffer.alloc(64 * KIB);
    for (let sent = 0; sent < 160; sent++) {
      client.transport.write(encode.data(1, chunk), () => {
        taken++;
      });
    }
    await rest();
    await client.until(() => near.isPaused(), 'the pause');
    const held = taken;
    await rest();
    expect(taken).toBe(held);
    expect(held).toBeLessThan(80);
    let read = 0;
    streams[0]!.on('data', (data: Buffer) => {
      read += data.length;
    });
    await client.until(() => read === 160 * chunk.length, 'all of it');
  });

  test('a peer that is not read from is asked whether it is there, until it is read from', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const { client, streams, near } = connect();
      client.open(1);
      const piece = encode.data(1, Buffer.alloc(512 * KIB));
      for (let count = 0; count < 10; count++) client.send(piece);
      await client.until(() => near.isPaused(), 'the pause');
      vi.advanceTimersByTime(11_000);
      await client.until(() => client.of('ping').length === 2, 'two pings');
      expect(client.of('ping').map(({ id }) => id % 2)).toEqual([0, 0]);
      streams[0]!.resume();
      await client.until(() => !near.isPaused(), 'the end of the pause');
      vi.advanceTimersByTime(60_000);
      client.send(encode.ping(2), encode.ping(3));
      await client.until(() => client.of('ping').length === 3, 'the answer to a ping of the peer');
      await rest();
      expect(client.of('ping').map(({ id }) => id)).toEqual([2, 2, 3]);
    } finally {
      vi.useRealTimers();
    }
  });

  test('the writer waits for a transport that does not take more', async () => {
    const { client, streams } = connect();
    client.open(1);
    await client.until(() => streams.length === 1, 'the stream');
    client.transport.pause();
    const stream = streams[0]!;
    let written = 0;
    const more = () => {
      while (written < 100) {
        written++;
        if (!stream.write(Buffer.alloc(64 * KIB))) return;
      }
    };
    stream.on('drain', more);
    more();
    await rest();
    expect(written).toBeLessThan(10);
    client.transport.resume();
    await client.until(() => written === 100, 'the rest');
  });

  test.each([
    ['nothing', 0],
    ['more than 2 GiB', 2 ** 31 - 1],
  ])('a grant of %s resets the stream', async (_name, delta) => {
    const { client, ends } = connect();
    client.open(1);
    client.send(encode.windowUpdate(1, delta));
    await client.until(() => client.of('rstStream').length === 1, 'the reset');
    expect(client.of('rstStream')[0]!.status).toBe(resetStatus.flowControlError);
    expect(ends).toEqual([]);
  });
});

describe('a peer that breaks the protocol loses the connection and hears why', () => {
  const open = (client: RawClient, id: number) => encode.synStream(client.packer, id, {});
  test.each<[string, (client: RawClient) => Buffer[], RegExp]>([
    ['plain HTTP', () => [Buffer.from('GET / HTTP/1.1\r\n\r\n')], /stream 1195725856, which was not opened/],
    ['an even stream', (client) => [open(client, 2)], /stream 2 cannot follow stream 0/],
    ['a stream twice', (client) => [open(client, 3), open(client, 3)], /stream 3 cannot follow stream 3/],
    ['a stream of the past', (client) => [open(client, 5), open(client, 3)], /stream 3 cannot follow stream 5/],
    ['data without a stream', () => [encode.data(7, Buffer.from('x'))], /stream 7, which was not opened/],
    ['a reply', (client) => [encode.synReply(client.packer, 1, {})], /a reply to stream 1/],
    [
      'headers that are not packed',
      () => [Buffer.from('800300010000001000000001000000000000', 'hex'), Buffer.alloc(6)],
      /does not begin as zlib/,
    ],
    ['a window of the connection beyond 2 GiB', () => [encode.windowUpdate(0, 2 ** 31 - 1)], /window cannot grow/],
  ])('%s', async (_name, frames, reason) => {
    const { client, streams, ends } = connect();
    client.send(...frames(client));
    await client.until(() => client.isEnded, 'the end');
    expect(ends).toHaveLength(1);
    expect(ends[0]?.message).toMatch(reason);
    expect(client.of('goAway')).toEqual([expect.objectContaining({ status: 1 })]);
    expect(streams.every((stream) => stream.destroyed)).toBe(true);
  });

  test('data after the end of a stream resets that stream alone', async () => {
    const { client, streams, ends } = connect();
    client.open(1, {}, true);
    client.open(3);
    client.send(encode.data(1, Buffer.from('more')), encode.ping(1));
    await client.until(() => client.of('ping').length === 1, 'an answer after it');
    expect(client.of('rstStream')).toEqual([{ type: 'rstStream', stream: 1, status: resetStatus.streamAlreadyClosed }]);
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([true, false]);
    expect(ends).toEqual([]);
  });

  test('pings are answered, but not without end to one who does not read', async () => {
    const { client, ends } = connect();
    client.send(encode.ping(1), encode.ping(2), encode.ping(3));
    await client.until(() => client.of('ping').length === 2, 'the answers');
    expect(client.of('ping').map(({ id }) => id)).toEqual([1, 3]);
    client.transport.pause();
    const flood = Buffer.concat(Array.from({ length: 20_000 }, () => encode.ping(5)));
    client.send(flood);
    await client.until(() => ends.length === 1, 'the end');
    expect(ends[0]?.message).toMatch(/does not read/);
  });

  test('a long run of noise never does more than end its connection', async () => {
    for (let seed = 1; seed <= 200; seed++) {
      const { client, ends } = connect();
      client.open(1, { port: '80' });
      let state = seed;
      const noise = Buffer.from(
        Array.from({ length: 400 }, (_, at) => {
          state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
          // Often enough the head of a control frame, so that its insides are reached.
          return at % 24 === 0
            ? 0x80
            : at % 24 === 1
              ? 3
              : at % 24 === 2
                ? 0
                : at % 24 === 3
                  ? state % 10
                  : at % 24 < 7
                    ? 0
                    : at % 24 === 7
                      ? state % 17
                      : state >>> 24;
        }),
      );
      client.send(noise);
      client.transport.end();
      await rest();
      expect(ends).toHaveLength(1);
    }
  });
});

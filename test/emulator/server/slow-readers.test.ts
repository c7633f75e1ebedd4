import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { gathered } from '../../../src/emulator/server/gathered.ts';
import { sendBytes, sendChunks } from '../../../src/emulator/server/respond.ts';

const KIB = 1024;
const LONG = Buffer.alloc(8 * KIB * KIB, 'x');
const request = { method: 'GET', headers: {} } as IncomingMessage;

/** A client whose network takes nothing until `read` is called, with what it was given. */
function slowClient() {
  let taken = 0;
  let go: (() => void) | undefined;
  let isReading = false;
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      taken += chunk.length;
      if (isReading) done();
      else go = done;
    },
  });
  const response = new ServerResponse(request);
  response.assignSocket(Object.assign(socket, { setTimeout: () => socket }) as unknown as Socket);
  // What Node's server does for its sockets.
  socket.on('drain', () => response.emit('drain'));
  return {
    response,
    /** Bytes that are kept for this client. */
    kept: () => taken + socket.writableLength + response.writableLength,
    taken: () => taken,
    read() {
      isReading = true;
      go?.();
    },
  };
}

async function* chunks(): AsyncGenerator<Buffer, void> {
  yield LONG.subarray(0, 3 * KIB * KIB);
  yield LONG.subarray(3 * KIB * KIB);
}

describe('who does not read a long answer', () => {
  for (const [what, send] of Object.entries({
    'of one object': (response: ServerResponse) => sendBytes(request, response, 200, 'text/plain', LONG),
    'of a list': (response: ServerResponse) => sendChunks(request, response, 200, 'text/plain', chunks()),
  })) {
    test(`${what} has little of it waiting, and gets all of it in the end`, async () => {
      const client = slowClient();
      const sent = send(client.response);
      for (let turn = 0; turn < 50; turn++) await nextTurn();
      expect(client.kept()).toBeGreaterThan(0);
      expect(client.kept()).toBeLessThan(512 * KIB);
      client.read();
      await sent;
      expect(client.taken()).toBeGreaterThanOrEqual(LONG.length);
    });
  }
});

test('long pieces are not copied, short ones are joined, and their order stays', async () => {
  const short = Buffer.alloc(1000, 'a');
  const parts: Buffer[] = [];
  for await (const part of gathered([short, short, LONG, short])) parts.push(part);
  expect(parts.map(({ length }) => length)).toEqual([2000, LONG.length, 1000]);
  expect(parts[1]!.buffer).toBe(LONG.buffer);
});

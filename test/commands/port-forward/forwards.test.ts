import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { buffer, text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listenTcp } from '../../../src/store/forwards/local-listener.ts';
import { eventually } from '../../support/program.ts';
import { Rig, readyPod, serve } from './rig.ts';

const MIB = 1024 * 1024;

/** Programs of pods. */
const echo = (socket: Socket) => void socket.pipe(socket);
const says = (word: string) => (socket: Socket) => void socket.end(word);
/** Sends for ever. */
const flood = (socket: Socket) => {
  const piece = Buffer.alloc(64 * 1024, 'x');
  const pump = () => {
    while (socket.writable && socket.write(piece));
  };
  socket.on('drain', pump);
  pump();
};

const visit = (port: number, host = '127.0.0.1'): Socket => connect({ port, host, allowHalfOpen: true, noDelay: true });

let rig: Rig;
const closers: { close(): void }[] = [];
const program = async (handle: (socket: Socket) => void): Promise<number> => {
  const server = await serve(handle);
  closers.push(server);
  return server.port;
};
afterEach(async () => {
  await rig.stop();
  for (const server of closers.splice(0)) server.close();
});

describe('many connections through one tunnel', () => {
  beforeEach(async () => {
    rig = await Rig.start({ a: await program(echo) });
  });

  test('500 at once, each its own', async () => {
    const { local } = await rig.forward();
    const before = rig.gate.passed;
    const answers = await Promise.all(
      Array.from({ length: 500 }, async (_, index) => {
        const socket = visit(local);
        socket.end(`I am ${index}`);
        return text(socket);
      }),
    );
    expect(answers).toEqual(Array.from({ length: 500 }, (_, index) => `I am ${index}`));
    expect(rig.gate.passed).toBe(before);
    await eventually(() => rig.now.open === 0, 'the end of all');
    expect(rig.now.connections).toBe(500);
    expect(rig.events.filter(({ type }) => type === 'error')).toEqual([]);
  });

  test('bytes unharmed both ways, also after the client has ended its half, and all are counted', async () => {
    const { local } = await rig.forward();
    const sent = Buffer.alloc(48 * MIB);
    for (let at = 0; at < sent.length; at += 4) sent.writeUInt32LE((at * 2654435761) >>> 0, at);
    const socket = visit(local);
    socket.end(sent);
    const got = await buffer(socket);
    const sum = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');
    expect(sum(got)).toBe(sum(sent));
    expect(rig.now).toMatchObject({ received: sent.length, sent: sent.length });
  });

  test('over IPv6 as well', async () => {
    const { addresses, local } = await rig.forward();
    // Not every machine has it; kubectl goes without it then, too.
    if (!addresses.includes('::1')) return expect(addresses).toEqual(['127.0.0.1']);
    const socket = visit(local, '::1');
    socket.end('six');
    expect(await text(socket)).toBe('six');
  });
});

test('a slow reader does not stall the others, and loses nothing', async () => {
  const size = 24 * MIB;
  rig = await Rig.start({
    a: await program((socket) => {
      socket.once('data', (first: Buffer) => {
        if (first.toString() === 'bulk') socket.end(Buffer.alloc(size, 'x'));
        else socket.end(first);
      });
    }),
  });
  const { local } = await rig.forward();
  const before = rig.gate.passed;
  const slow = visit(local);
  slow.write('bulk');
  slow.pause();
  // What fits is on its way, and no more comes.
  let seen = -1;
  await eventually(async () => {
    const { received } = rig.now;
    const rests = received === seen && received > 0;
    seen = received;
    return rests;
  }, 'the flow to stand still');
  expect(seen).toBeLessThan(size);
  for (let turn = 0; turn < 20; turn++) {
    const quick = visit(local);
    quick.write(`quick ${turn}`);
    expect(await text(quick)).toBe(`quick ${turn}`);
    quick.end();
  }
  expect(rig.gate.passed).toBe(before);
  slow.end();
  expect((await buffer(slow)).length).toBe(size);
});

describe('a forward outlives', () => {
  test('its pod, in the middle of a download: the client knows, the next one gets another pod on the same port', async () => {
    rig = await Rig.start({ a: await program(flood), b: await program(says('I am b')) });
    const { local, pod } = await rig.forward();
    expect(pod).toBe('a');
    const download = visit(local);
    await once(download, 'data');
    download.on('data', () => {});
    const broken = once(download, 'error');
    rig.store.delete('pods', 'default', 'a');
    expect((await broken)[0]).toMatchObject({ code: 'ECONNRESET' });
    expect(await rig.heard('moved')).toEqual({ type: 'moved', from: 'a', to: 'b' });
    expect(await text(visit(local))).toBe('I am b');
    expect(rig.now).toMatchObject({ pod: 'b', local, phase: 'forwarding' });
  });

  test('the time without any pod: who comes waits for the next one', async () => {
    const programs: Record<string, number> = { a: await program(says('a')) };
    rig = await Rig.start(programs);
    const { local } = await rig.forward();
    rig.store.delete('pods', 'default', 'a');
    expect(await rig.heard('waiting')).toMatchObject({ lost: 'a', reason: 'there is no pod' });
    expect(rig.now).toMatchObject({ phase: 'waiting', reason: 'there is no pod' });
    const early = text(visit(local));
    programs.b = await program(says('b'));
    rig.store.put('pods', readyPod('b'));
    expect(await early).toBe('b');
  });

  test('a restart of the API server: who comes meanwhile is served after it', async () => {
    rig = await Rig.start({ a: await program(says('still a')) });
    const { local } = await rig.forward();
    expect(await text(visit(local))).toBe('still a');
    await rig.gate.shut();
    const early = text(visit(local));
    await rig.gate.open();
    expect(await early).toBe('still a');
    expect(rig.events.filter(({ type }) => type === 'error' || type === 'moved')).toEqual([]);
  });

  test('a sleep of the machine: a tunnel that is dead is found out, and a new one is dug', async () => {
    rig = await Rig.start({ a: await program(says('awake')) });
    const { local } = await rig.forward();
    expect(await text(visit(local))).toBe('awake');
    rig.gate.freeze();
    const before = rig.gate.passed;
    rig.network.wake();
    await eventually(async () => {
      const socket = visit(local);
      const answer = await Promise.race([
        text(socket).catch(() => ''),
        new Promise<string>((resolve) => setTimeout(resolve, 500, '')),
      ]);
      socket.destroy();
      return answer === 'awake';
    }, 'an answer through a new tunnel');
    expect(rig.gate.passed).toBeGreaterThan(before);
  });
});

describe('local ports', () => {
  test('the next one is taken where the same one is not free, and one that was asked for is not', async () => {
    rig = await Rig.start({ a: await program(says('here')) });
    const first = await rig.forward();
    const second = await rig.forward();
    expect(second.local).not.toBe(first.local);
    expect(await text(visit(second.local))).toBe('here');
    await expect(rig.forward({ local: first.local })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(rig.list.now()).toHaveLength(2);
  });

  test('are let go by a stop, and kept by a new start', async () => {
    rig = await Rig.start({ a: await program(says('here')) });
    const { id, local } = await rig.forward();
    expect(await text(visit(local))).toBe('here');
    const again = await rig.list.restart(id);
    expect(again).toMatchObject({ id, local, connections: 0 });
    expect(await text(visit(local))).toBe('here');
    expect(rig.list.stop(id)).toBe(true);
    expect(rig.list.stop(id)).toBe(false);
    const listener = await listenTcp('127.0.0.1', local, () => {});
    listener.close();
  });
});

test('what a pod refuses is said in the words of its kubelet', async () => {
  rig = await Rig.start({ a: 1 });
  const { local } = await rig.forward();
  const socket = visit(local);
  socket.resume();
  await once(socket, 'error');
  const { message } = (await rig.heard('error')) as { message: string };
  expect(message).toMatch(/^an error occurred forwarding \d+ -> 80: error forwarding port 80 to pod uid-of-a, uid : /);
  expect(rig.now.lastError).toBe(message);
});

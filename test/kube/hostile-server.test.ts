import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import type { KubeList } from '../../src/api/meta.ts';
import type { ApiRequest, Transport } from '../../src/kube/cluster.ts';
import { listPages } from '../../src/kube/list.ts';
import { answerLimit, eventLimit } from '../../src/kube/transport/body-limits.ts';
import { apiResponse } from '../../src/kube/transport/response.ts';
import { statusError } from '../../src/kube/transport/status-error.ts';
import { watchLines } from '../../src/kube/watch.ts';

const piece = Buffer.alloc(16 * 1024 * 1024, 'x');

/** The same bytes over and over; says how many were taken. */
function endless(): { body: Readable; taken(): number } {
  let taken = 0;
  const body = Readable.from(
    (function* () {
      for (;;) {
        taken += piece.length;
        yield piece;
      }
    })(),
  );
  return { body, taken: () => taken };
}

const answer = (statusCode: number) => ({ statusCode, headers: {} }) as IncomingMessage;

test('an answer without end is given up, and its connection closed', async () => {
  const { body, taken } = endless();
  await expect(apiResponse(answer(200), body, undefined).text()).rejects.toThrow('larger than 256 MiB');
  expect(body.destroyed).toBe(true);
  expect(taken()).toBeLessThan(answerLimit + 3 * piece.length);
});

test('of a failure without end only the beginning counts', async () => {
  const { body } = endless();
  const text = await apiResponse(answer(500), body, undefined).text();
  expect(body.destroyed).toBe(true);
  const { message } = statusError(500, text, { method: 'GET', path: '/api/v1/pods' });
  expect(message.length).toBeLessThan(2200);
});

test('an event without end breaks the watch', async () => {
  const { body, taken } = endless();
  const send = async () => ({ ...apiResponse(answer(200), body, undefined) });
  const events = watchLines({ send } as unknown as Transport, { path: '/x' });
  await expect(events.next()).rejects.toThrow('an event of the watch stream has no end');
  expect(taken()).toBeLessThan(eventLimit + 4 * piece.length);
});

test('a server that answers with the same page for ever is not asked for ever', async () => {
  let asked = 0;
  const json = async (_request: ApiRequest) => {
    asked += 1;
    return { items: [], metadata: { continue: 'again' } } as unknown as KubeList;
  };
  const read = async () => {
    for await (const _ of listPages({ json } as unknown as Transport, { path: '/x' }));
  };
  await expect(read()).rejects.toThrow('never comes to the end of the list');
  expect(asked).toBe(2);
});

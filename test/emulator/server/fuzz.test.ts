import { request } from 'node:https';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestCluster, testCluster } from './cluster.ts';
import { type FuzzRequest, fuzzRequest } from './fuzz-requests.ts';

/** `KCTL_FUZZ=50000 KCTL_FUZZ_SEED=7` for a long night. */
const COUNT = Number(process.env.KCTL_FUZZ ?? 3000);
const SEED = Number(process.env.KCTL_FUZZ_SEED ?? 20260731);
const AT_ONCE = 8;
const TOO_LONG_MS = 10_000;

let cluster: TestCluster;
const log: string[] = [];
beforeAll(async () => {
  cluster = await testCluster({ log: (text) => log.push(text) });
});
afterAll(() => cluster.stop());

interface Outcome {
  code: number;
  text: string;
}

/** A stream that goes on is an answer, too: what is asked is whether one comes at all. */
function send({ method, path, headers, body }: FuzzRequest): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      sent.destroy();
      reject(new Error('no answer'));
    }, TOO_LONG_MS);
    const done = (outcome: Outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    const size = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const options = { method, agent: cluster.agent, headers: { ...headers, ...size } };
    const sent = request(cluster.emulator.url + path, options, (answer) => {
      const code = answer.statusCode ?? 0;
      const goesOn = /[?&](watch|follow)=|\/watch\//.test(path);
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        if (text.length < 2000) text += chunk;
      });
      answer.on('end', () => done({ code, text }));
      answer.on('error', () => done({ code, text }));
      if (goesOn) {
        setTimeout(() => {
          answer.destroy();
          done({ code, text });
        }, 30);
      }
    });
    // A connection that the server closes after a body it will not read is an answer.
    sent.on('error', () => done({ code: 0, text: '' }));
    sent.end(body);
  });
}

/** Without the time and the request, and without what is below the defect. */
const defectIn = (entry: string): string =>
  entry
    .split('\n')
    .slice(0, 3)
    .join('\n')
    .replace(/^\S+ \S+ \S+/, '');

const shown = ({ method, path, headers, body }: FuzzRequest): string =>
  JSON.stringify({ method, path, headers, body: body?.slice(0, 1500) });

test(`${COUNT} requests that mean no good leave a server that answers`, { timeout: 60_000 + COUNT * 40 }, async () => {
  const requests = fc.sample(fuzzRequest, { seed: SEED, numRuns: COUNT });
  /** One example of each failure: the same defect is met many times. */
  const wrong = new Map<string, string>();
  const codes = new Map<number, number>();
  let next = 0;
  const note = (what: string, one: FuzzRequest) => wrong.set(what, wrong.get(what) ?? `${what}\n  ${shown(one)}`);
  const worker = async (): Promise<void> => {
    while (next < requests.length) {
      const one = requests[next++]!;
      const reported = log.length;
      try {
        const { code, text } = await send(one);
        codes.set(code, (codes.get(code) ?? 0) + 1);
        if (text.includes('"reason":"InternalError"')) note(/"message":"([^"]*)/.exec(text)?.[1] ?? '', one);
      } catch (error) {
        note((error as Error).message, one);
      }
      // A controller that is refused tries again; one that fails in a way nobody thought of leaves a stack.
      for (const entry of log.slice(reported)) if (/\n {4}at /.test(entry)) note(defectIn(entry), one);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  expect([...wrong.values()].slice(0, 20).join('\n\n')).toBe('');
  // Not everything was refused for one reason, or the requests were too bad to test anything.
  for (const code of [200, 201, 400, 404, 405, 409, 415, 422]) expect(codes.get(code) ?? 0).toBeGreaterThan(0);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect((await cluster.call('GET', '/readyz')).text).toBe('ok');
  const made = await cluster.call('POST', '/api/v1/namespaces', { body: { metadata: { name: 'after-all' } } });
  expect(made.status).toBe(201);
});

import { request } from 'node:https';
import type { BareServer } from './bare.ts';

/** One request of a recorded case, and what a kube-apiserver 1.36.3 answered to it. */
export interface Step {
  method: string;
  /** With `$NS`, `$RV` (resourceVersion of the last answer), `$UID`, `$CONT` (its continue token). */
  path: string;
  headers?: Record<string, string | string[]>;
  body?: string;
  answer?: Answer;
  /** In place of an answer: the row of docs/api-differences.md that says why it is another here. */
  differs?: string;
}

export interface Answer {
  status: number;
  type: string;
  warning?: string;
  body: unknown;
}

/** Fields that are another each time. */
const VOLATILE = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'time',
  'clusterIP',
  'clusterIPs',
  'nodePort',
  'lastTransitionTime',
  'continue',
  'hash',
  'serverAddressByClientCIDRs',
  'renewTime',
  'caBundle',
  'token',
  'serverRelativeURL',
  'storageVersionHash',
  'expirationTimestamp',
]);

/** Parts of texts that are another each time, and what stands for them. */
const PARTS: readonly [RegExp, string][] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, 'UID'],
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, 'TIME'],
  [/\b(\d{1,3}\.){3}\d{1,3}\b/g, 'IP'],
  // Before ages: `2465m` may be both.
  [/([-_])[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, '$1RAND'],
  [/\b\d+(\.\d+)?(ms|µs|s|m|h)\b/g, 'AGE'],
  [/\b\d+y(\d+d)?\b/g, 'AGE'],
  [/\b3[0-2]\d{3}\b/g, 'NODEPORT'],
  [/(resourceVersion\W+)\d+/g, '$1N'],
  [/(ResourceVersion in record \()\d+/g, '$1N'],
  [/(current: )\d+/g, '$1N'],
];

const cleaned = (text: string, namespace: string): string =>
  PARTS.reduce((all, [part, name]) => all.replace(part, name), text.replaceAll(namespace, 'NS'));

function normal(value: unknown, namespace: string): unknown {
  if (typeof value === 'string') return cleaned(value, namespace);
  if (Array.isArray(value)) return value.map((one) => normal(one, namespace));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      // What columns are for is written for people; pod templates carry an empty time for old clients.
      .filter(([key, one]) => key !== 'description' && !(key === 'creationTimestamp' && one === null))
      .map(([key, one]) => [key, VOLATILE.has(key) ? '*' : normal(one, namespace)]),
  );
}

/** What of an answer can be compared: the same for each server and each time. */
function comparable(
  { status, type, warning, text }: { status: number; type: string; warning: string | undefined; text: string },
  namespace: string,
): Answer {
  let body: unknown = cleaned(text, namespace);
  if (type.includes('json') && text) {
    try {
      body = normal(JSON.parse(text), namespace);
    } catch {
      const lines = text.trim().split('\n');
      if (text.startsWith('{"type"')) body = lines.map((line) => normal(JSON.parse(line), namespace));
    }
  }
  return { status, type, ...(warning ? { warning: cleaned(warning, namespace) } : {}), body };
}

/** Sends the steps of a case one after the other, in a namespace of its own. */
export async function replay(server: BareServer, namespace: string, steps: readonly Step[]): Promise<Answer[]> {
  const known = { RV: '', UID: '', CONT: '' };
  const answers: Answer[] = [];
  const call = (method: string, path: string, headers: Step['headers'] = {}, body?: string) =>
    new Promise<{ status: number; type: string; warning: string | undefined; text: string }>((resolve, reject) => {
      const typed =
        body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) };
      const agent = headers.authorization === undefined ? server.agent : server.strangers;
      const sent = request(
        server.url + path,
        { method, agent, headers: { accept: 'application/json', ...typed, ...headers } },
        async (answer) => {
          const parts: Buffer[] = [];
          for await (const part of answer) parts.push(part as Buffer);
          resolve({
            status: answer.statusCode ?? 0,
            type: String(answer.headers['content-type'] ?? ''),
            warning: answer.headers.warning as string | undefined,
            text: Buffer.concat(parts).toString(),
          });
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  const make = (path: string, name: string) => call('POST', path, {}, JSON.stringify({ metadata: { name } }));
  await make('/api/v1/namespaces', namespace);
  await make(`/api/v1/namespaces/${namespace}/serviceaccounts`, 'default');
  for (const { method, path, headers, body } of steps) {
    const filled = (text: string): string =>
      text
        .replaceAll('$NS', namespace)
        .replaceAll('$RV', known.RV)
        .replaceAll('$UID', known.UID)
        .replaceAll('$CONT', encodeURIComponent(known.CONT));
    const answer = await call(method, filled(path), headers, body === undefined ? undefined : filled(body));
    try {
      const { metadata = {} } = JSON.parse(answer.text);
      known.RV = metadata.resourceVersion || known.RV;
      known.UID = metadata.uid || known.UID;
      known.CONT = metadata.continue || known.CONT;
    } catch {
      // An answer in another format says nothing that a later step needs.
    }
    answers.push(comparable(answer, namespace));
  }
  return answers;
}

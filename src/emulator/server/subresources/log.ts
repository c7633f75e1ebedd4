import type { StatusCause } from '../../../api/status.ts';
import { badRequest, invalid } from '../../errors.ts';
import type { LogOptions } from '../../kubelet/node-api.ts';
import type { Exchange } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';
import { whileServing } from '../streams/while-serving.ts';
import { containerOf, nodeOf, podOf, queryFlag } from './pod-target.ts';

/** `GET pods/x/log`: the container's output as plain text, streamed as it comes. */
export async function logSubresource(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { response } = exchange;
  // Nothing was said yet, and nobody can say it.
  const pod = podOf(exchange, target);
  if (!pod['spec']?.nodeName) {
    containerOf(pod, logOptions(exchange.query, target.name ?? '').container ?? null);
    response.statusCode = 204;
    response.setHeader('Cache-Control', 'no-cache, private');
    response.end();
    return;
  }
  await withLog(exchange, target, async (chunks, end) => {
    response.on('close', end);
    response.statusCode = 200;
    response.setHeader('Content-Type', 'text/plain');
    response.setHeader('Cache-Control', 'no-cache, private');
    response.flushHeaders();
    for await (const chunk of chunks) {
      if (response.destroyed) return;
      if (!response.write(chunk)) await new Promise<void>((resume) => drained(exchange, resume));
    }
  });
  response.end();
}

/**
 * Reads the log and gives it to `send`, with what ends the reading; it also ends when the server stops.
 * @throws ApiStatusError 400, 404, 422 before `send` is called
 */
export async function withLog(
  exchange: Exchange,
  target: ResourceTarget,
  send: (chunks: AsyncIterable<Uint8Array>, end: () => void) => Promise<void>,
): Promise<void> {
  const options = logOptions(exchange.query, target.name ?? '');
  const pod = podOf(exchange, target);
  options.container = containerOf(pod, options.container ?? null);
  const node = nodeOf(exchange, pod);
  const ended = new AbortController();
  const end = () => ended.abort();
  const forget = whileServing(exchange.context.stopping, end);
  try {
    await send(await node.logs(target.namespace!, target.name!, options, ended.signal), end);
  } catch (error) {
    if (!ended.signal.aborted) throw error;
  } finally {
    forget();
  }
}

/** A reader that went away never drains. */
function drained({ response }: Exchange, resume: () => void): void {
  const done = () => {
    response.off('drain', done);
    response.off('close', done);
    resume();
  };
  response.once('drain', done);
  response.once('close', done);
}

const INTEGER = /^[+-]?\d+$/;

/**
 * PodLogOptions of a query. `insecureSkipTLSVerifyBackend` asks nothing here: nodes of this cluster are
 * not reached through TLS.
 * @throws ApiStatusError 400 for what is no number, 422 with all that is wrong (core/v1/validation)
 */
function logOptions(query: URLSearchParams, pod: string): LogOptions {
  const causes: StatusCause[] = [];
  const refuse = (reason: string, field: string, message: string) => causes.push({ reason, field, message });
  const count = (name: 'tailLines' | 'sinceSeconds' | 'limitBytes', least: number, rule: string) => {
    const text = query.get(name);
    if (text === null || text === '') return {};
    if (!INTEGER.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
    const value = Number(text);
    if (value < least) refuse('FieldValueInvalid', name, `Invalid value: ${value}: ${rule}`);
    return { [name]: value };
  };
  const tail = count('tailLines', 0, 'must be greater than or equal to 0');
  const limit = count('limitBytes', 1, 'must be greater than 0');
  const sinceTime = query.get('sinceTime');
  const since = sinceTime && query.get('sinceSeconds') ? {} : count('sinceSeconds', 1, 'must be greater than 0');
  if (sinceTime && query.get('sinceSeconds')) {
    refuse('FieldValueForbidden', '[]', 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified');
  }
  // PodLogsQuerySplitStreams is alpha in 1.36, and so off.
  if (query.has('stream')) refuse('FieldValueForbidden', 'stream', 'Forbidden: may not be specified');
  if (causes.length > 0) throw invalid({ group: '', kind: 'PodLogOptions' }, pod, causes);
  const container = query.get('container');
  return {
    ...(container ? { container } : {}),
    follow: queryFlag(query, 'follow'),
    previous: queryFlag(query, 'previous'),
    timestamps: queryFlag(query, 'timestamps'),
    ...tail,
    ...since,
    ...limit,
    ...(sinceTime ? { sinceTime } : {}),
  };
}

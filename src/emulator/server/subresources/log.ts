import { badRequest, unavailable } from '../../errors.ts';
import type { LogOptions } from '../../kubelet/node-api.ts';
import type { Exchange } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';

/** `GET pods/x/log`: the container's output as plain text, streamed as it comes. */
export async function logSubresource(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const { response, context } = exchange;
  const node = context.nodeApi();
  if (!node) throw unavailable('the nodes of this cluster are not running');
  const ended = new AbortController();
  const end = () => ended.abort();
  response.on('close', end);
  context.stopping.addEventListener('abort', end, { once: true });
  try {
    const lines = await node.logs(target.namespace!, target.name!, logOptions(exchange.query), ended.signal);
    response.statusCode = 200;
    response.setHeader('Content-Type', 'text/plain');
    response.setHeader('Cache-Control', 'no-cache, private');
    response.flushHeaders();
    for await (const chunk of lines) {
      if (response.destroyed) return;
      if (!response.write(chunk)) await new Promise<void>((resume) => drained(exchange, resume));
    }
    response.end();
  } catch (error) {
    if (!ended.signal.aborted) throw error;
    response.end();
  } finally {
    context.stopping.removeEventListener('abort', end);
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

function logOptions(query: URLSearchParams): LogOptions {
  const flag = (name: string) => ['true', '1'].includes(query.get(name) ?? '');
  const count = (name: 'tailLines' | 'sinceSeconds' | 'limitBytes', least: number) => {
    const text = query.get(name);
    if (text === null || text === '') return {};
    const value = Number(text);
    if (!Number.isInteger(value) || value < least) {
      throw badRequest(
        `PodLogOptions "" is invalid: ${name}: Invalid value: ${text}: must be greater than ${least - 1}`,
      );
    }
    return { [name]: value };
  };
  const container = query.get('container');
  const sinceTime = query.get('sinceTime');
  if (sinceTime && query.get('sinceSeconds')) {
    throw badRequest('at most one of `sinceTime` or `sinceSeconds` may be specified');
  }
  return {
    ...(container ? { container } : {}),
    follow: flag('follow'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    ...count('tailLines', 0),
    ...count('sinceSeconds', 1),
    ...count('limitBytes', 1),
    ...(sinceTime ? { sinceTime } : {}),
  };
}

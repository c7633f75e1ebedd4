import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ApiStatusError } from '../../../api/status.ts';
import type { LogOptions } from '../../kubelet/node-api.ts';
import { whileServing } from '../streams/while-serving.ts';
import { isRunning, queryFlag } from '../subresources/pod-target.ts';
import { type KubeletHandler, type KubeletRequest, sendText } from './respond.ts';

/** Aborted when the client goes or the server stops. */
function untilGone({ context, response }: KubeletRequest): AbortSignal {
  const gone = new AbortController();
  const forget = whileServing(context.stopping, () => gone.abort());
  response.once('close', () => {
    forget();
    gone.abort();
  });
  return gone.signal;
}

const number = (query: URLSearchParams, name: string): number | undefined =>
  query.get(name) ? Number(query.get(name)) : undefined;

/** `/containerLogs/NAMESPACE/POD/CONTAINER`, with the parameters of `pods/log`. */
export const containerLogs: KubeletHandler = async (asked) => {
  const { context, node, parts, query, response } = asked;
  const [namespace = '', name = '', container = ''] = parts;
  const pod = context.machine.store.get('pods', namespace, name);
  if (pod?.['spec'].nodeName !== node) return sendText(response, 404, `pod "${name}" does not exist`);
  const options: LogOptions = { container };
  for (const flag of ['follow', 'previous', 'timestamps'] as const) options[flag] = queryFlag(query, flag);
  for (const count of ['tailLines', 'sinceSeconds', 'limitBytes'] as const) {
    const value = number(query, count);
    if (value !== undefined) options[count] = value;
  }
  const sinceTime = query.get('sinceTime');
  if (sinceTime) options.sinceTime = sinceTime;
  try {
    const chunks = await context.nodeApi()!.logs(namespace, name, options, untilGone(asked));
    response.writeHead(200, { 'Content-Type': 'text/plain' });
    response.flushHeaders();
    await pipeline(chunks, response);
  } catch (error) {
    if (!response.headersSent)
      sendText(response, error instanceof ApiStatusError ? 400 : 500, (error as Error).message);
    else response.destroy();
  }
};

/** `POST /run/NAMESPACE/POD/CONTAINER?cmd=...`: all that a command says, when it has ended. */
export const run: KubeletHandler = async (asked) => {
  const { context, node, parts, query, response } = asked;
  const [namespace = '', name = '', container = ''] = parts;
  const pod = context.machine.store.get('pods', namespace, name);
  if (pod?.['spec'].nodeName !== node) return sendText(response, 404, 'pod does not exist');
  if (!isRunning(pod, container)) return sendText(response, 500, `container not found ("${container}")`);
  const said: Buffer[] = [];
  const collect = () =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        said.push(chunk);
        done();
      },
    });
  const { code } = await context
    .nodeApi()!
    .exec(
      namespace,
      name,
      { container, command: (query.get('cmd') ?? '').split(' '), stdout: true, stderr: true },
      { stdout: collect(), stderr: collect() },
      untilGone(asked),
    );
  const text = Buffer.concat(said).toString();
  if (code === 0) sendText(response, 200, text);
  else sendText(response, 500, `command '${query.get('cmd') ?? ''}' exited with ${code}: ${text}`);
};

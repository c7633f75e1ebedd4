import type { KubeObject } from '../../../api/meta.ts';
import { podsOn } from './node-pods.ts';
import { type KubeletHandler, type KubeletRequest, sendText } from './respond.ts';

interface ContainerStatus {
  name: string;
  restartCount?: number;
  state?: { running?: unknown; terminated?: unknown };
}

/** The containers of a pod that have written something: a log each, numbered as its runs are. */
function logged(pod: KubeObject): { name: string; run: number }[] {
  const { initContainerStatuses = [], containerStatuses = [] } = (pod['status'] ?? {}) as Record<
    string,
    ContainerStatus[]
  >;
  return [...initContainerStatuses, ...containerStatuses]
    .filter(({ state }) => state?.running !== undefined || state?.terminated !== undefined)
    .map(({ name, restartCount = 0 }) => ({ name, run: restartCount }));
}

const folderOf = ({ metadata: { namespace, name, uid } }: KubeObject): string => `${namespace}_${name}_${uid}`;

/** `/logs/`: `/var/log` of the node, in which runtimes keep what containers write (`pods/NAMESPACE_POD_UID/CONTAINER/RUN.log`). */
export const nodeLogs: KubeletHandler = async (asked) => {
  const { context, node, parts, response } = asked;
  const [root, folder, container, file] = parts;
  const pods = podsOn(context, node).filter((pod) => logged(pod).length > 0);
  if (root === undefined) return list(asked, ['pods/']);
  if (root === 'pods' && folder === undefined)
    return list(
      asked,
      pods.map((pod) => `${folderOf(pod)}/`),
    );
  const pod = root === 'pods' ? pods.find((one) => folderOf(one) === folder) : undefined;
  if (pod && container === undefined)
    return list(
      asked,
      logged(pod).map(({ name }) => `${name}/`),
    );
  const log = pod && logged(pod).find(({ name }) => name === container);
  if (log && file === undefined) return list(asked, [`${log.run}.log`]);
  if (!pod || !log || file !== `${log.run}.log`) return sendText(response, 404, '404 page not found\n');
  await send(asked, pod, log.name);
};

/** As Go's file server lists a folder; a path without a slash at its end is sent on to the one with it. */
function list({ request, response }: KubeletRequest, names: readonly string[]): void {
  const [path = '', search] = (request.url ?? '').split('?');
  if (!path.endsWith('/')) {
    response.writeHead(301, { Location: `${path.split('/').at(-1)}/${search ? `?${search}` : ''}` }).end();
    return;
  }
  const links = [...names].sort().map((name) => `<a href="${name}">${name}</a>\n`);
  const page = `<!doctype html>\n<meta name="viewport" content="width=device-width">\n<pre>\n${links.join('')}</pre>\n`;
  sendText(response, 200, page, 'text/html; charset=utf-8');
}

/** In the format of runtimes: time, stream, whether the line is whole, and the line. */
async function send({ context, response }: KubeletRequest, pod: KubeObject, container: string): Promise<void> {
  const { namespace, name } = pod.metadata;
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const options = { container, timestamps: true };
  const chunks = await context.nodeApi()!.logs(namespace!, name!, options, gone.signal);
  let text = '';
  for await (const chunk of chunks) text += Buffer.from(chunk).toString('latin1');
  const lines = text.replace(/^(\S+) /gm, '$1 stdout F ');
  response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' }).end(Buffer.from(lines, 'latin1'));
}

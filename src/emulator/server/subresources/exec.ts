import { ApiStatusError } from '../../../api/status.ts';
import { badRequest } from '../../errors.ts';
import type { ExitState, NodeApi } from '../../kubelet/node-api.ts';
import type { Exchange } from '../exchange.ts';
import type { ResourceTarget } from '../request-info.ts';
import { acceptSpdy, acceptWebSocket, isWebSocket, offeredProtocols, type UpgradeRequest } from '../streams/accept.ts';
import { CommandChannels, channelProtocols } from '../streams/command-channels.ts';
import type { CommandLink, CommandStatus, WantedStreams } from '../streams/command-link.ts';
import { exited, failed, succeeded } from '../streams/command-status.ts';
import { CommandStreams, streamProtocols } from '../streams/command-streams.ts';
import { Refusal } from '../streams/refusal.ts';
import { whileServing } from '../streams/while-serving.ts';
import { containerOf, isRunning, nodeOf, podOf, queryFlag } from './pod-target.ts';

const GOING_AWAY = 1001;
/** With this one the API server carries the streams itself and speaks to the node on its own; with any other, the node's answer is the client's. */
const TRANSLATED = 'v5.channel.k8s.io';

/** What `pods/exec` and `pods/attach` differ in. */
interface Command {
  /** The kubelet's answer when it does not have the container running. */
  notRunning(container: string, fullName: string): string;
  /** What stands before the runtime's words when it cannot be done. */
  failure: string;
  run(node: NodeApi, session: Session, link: CommandLink): Promise<ExitState>;
}

interface Session {
  namespace: string;
  pod: string;
  container: string;
  command: string[];
  wanted: WantedStreams;
}

const commands: Readonly<Record<'exec' | 'attach', Command>> = {
  exec: {
    notRunning: (container) => `container not found ("${container}")`,
    failure: 'error executing command in container',
    run: (node, { namespace, pod, container, command, wanted }, { streams, signal }) =>
      node.exec(namespace, pod, { container, command, ...wanted }, streams, signal),
  },
  attach: {
    notRunning: (container, fullName) => `container ${container} not found in pod ${fullName}`,
    failure: 'error attaching to container',
    run: (node, { namespace, pod, container, wanted }, { streams, signal }) =>
      node.attach(namespace, pod, { container, ...wanted }, streams, signal),
  },
};

/**
 * Serves a client of exec or attach until the command ends, the client hangs up or the server stops.
 * @throws ApiStatusError 400, 404 for the pod or its container, Refusal with the node's words
 */
export async function remoteCommand(
  exchange: Exchange,
  target: ResourceTarget,
  upgrade: UpgradeRequest,
): Promise<void> {
  const { query, context } = exchange;
  const pod = podOf(exchange, target);
  const container = containerOf(pod, query.get('container'));
  const node = nodeOf(exchange, pod);
  const kind = commands[target.subresource as 'exec' | 'attach'];
  const session: Session = {
    namespace: target.namespace!,
    pod: target.name!,
    container,
    command: query.getAll('command'),
    wanted: wantedStreams(query),
  };
  const { stdin, stdout, stderr } = session.wanted;
  const refusal =
    stdin || stdout || stderr
      ? isRunning(pod, container)
        ? undefined
        : new Refusal(500, kind.notRunning(container, `${session.pod}_${session.namespace}`))
      : new Refusal(400, 'you must specify at least 1 of stdin, stdout, stderr');
  const isTranslated = isWebSocket(upgrade) && offeredProtocols(upgrade.request).includes(TRANSLATED);
  if (refusal && !isTranslated) throw refusal;
  const link = await connect(upgrade, session.wanted, isTranslated);
  if (!link) return;
  const forget = whileServing(context.stopping, () => link.close(GOING_AWAY));
  link.signal.addEventListener('abort', forget, { once: true });
  const status = refusal
    ? failed(`unable to upgrade connection: ${refusal.message}`)
    : await outcome(kind, node, session, link, isTranslated);
  forget();
  link.finish(status);
}

type Link = CommandLink & { close(code: number): void };

/** Undefined for a client that went away, or did not open its streams. */
async function connect(
  upgrade: UpgradeRequest,
  wanted: WantedStreams,
  isTranslated: boolean,
): Promise<Link | undefined> {
  if (isWebSocket(upgrade)) {
    const { [TRANSLATED]: _translated, ...direct } = channelProtocols;
    const served = isTranslated ? [TRANSLATED] : Object.keys(direct);
    const { client, protocol } = await acceptWebSocket(upgrade, served);
    return new CommandChannels(client, channelProtocols[protocol as keyof typeof channelProtocols], wanted);
  }
  const protocol = acceptSpdy(upgrade, Object.keys(streamProtocols));
  const known = streamProtocols[protocol as keyof typeof streamProtocols];
  return CommandStreams.open(upgrade.socket, known, wanted).catch(() => undefined);
}

/** Runs it to its end and says how that was, in the words of a node, or of the API server that translates them. */
async function outcome(
  kind: Command,
  node: NodeApi,
  session: Session,
  link: CommandLink,
  isTranslated: boolean,
): Promise<CommandStatus> {
  try {
    const { code } = await kind.run(node, session, link);
    if (code === 0) return succeeded;
    return exited(
      code,
      isTranslated
        ? `command terminated with exit code ${code}`
        : `error executing command [${session.command.join(' ')}], exit code ${code}`,
    );
  } catch (error) {
    const told = statusOf(error, kind.failure);
    return isTranslated ? failed(told.message ?? '') : told;
  }
}

/** A node says itself what went wrong within it; anything else gets its words in front. */
function statusOf(error: unknown, failure: string): CommandStatus {
  if (error instanceof ApiStatusError && error.reason === 'InternalError') {
    const { kind: _kind, apiVersion: _version, ...status } = error.status;
    return status;
  }
  return failed(`${failure}: ${error instanceof Error ? error.message : error}`);
}

function wantedStreams(query: URLSearchParams): WantedStreams {
  const tty = queryFlag(query, 'tty');
  return {
    stdin: queryFlag(query, 'stdin'),
    stdout: queryFlag(query, 'stdout'),
    // A terminal has one output.
    stderr: queryFlag(query, 'stderr') && !tty,
    tty,
  };
}

/** A request that does not ask to leave HTTP. @throws ApiStatusError always, the pod's first */
export async function upgradeRequired(exchange: Exchange, target: ResourceTarget): Promise<void> {
  const pod = podOf(exchange, target);
  if (target.subresource !== 'portforward') containerOf(pod, exchange.query.get('container'));
  nodeOf(exchange, pod);
  throw badRequest('Upgrade request required');
}

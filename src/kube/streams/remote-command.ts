import type { Transport } from '../cluster.ts';
import { mayTryAnotherWay } from '../transport/upgrade-refused.ts';
import { runOverChannels } from './channel-command.ts';
import type { RemoteCommand } from './command-contract.ts';
import { usesWebSockets } from './web-sockets.ts';

const newest = 'v5.channel.k8s.io';
const before = 'v4.channel.k8s.io';

/**
 * Runs a command in a container, or joins the one that runs there, until it ends.
 *
 * One WebSocket carries all streams. Servers before 1.30 know only `v4.channel.k8s.io`, in which a
 * client cannot say that its input is over; so where that counts (`cat file | exec -i`) only v5 is
 * offered. What refuses a WebSocket is asked again in SPDY/3.1, which every server knows.
 * @throws KctlError with the command's exit code as `exitCode`, ApiStatusError for what the server refuses
 */
export async function runRemoteCommand(transport: Transport, command: RemoteCommand): Promise<void> {
  const request = { path: pathOf(command), query: queryOf(command), ...signalOf(command) };
  const inputEnds = command.stdin !== undefined && !command.tty;
  const open = () => transport.openChannels({ ...request, protocols: inputEnds ? [newest] : [newest, before] });
  const socket = usesWebSockets('REMOTE_COMMAND')
    ? await open().catch((error: unknown) => {
        if (mayTryAnotherWay(error)) return undefined;
        throw error;
      })
    : undefined;
  if (socket) {
    await runOverChannels(socket, command);
    return;
  }
  const { runOverSpdy } = await import('./spdy-command.ts');
  await runOverSpdy(transport, request, command);
}

function signalOf({ signal }: RemoteCommand): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

function pathOf({ namespace, pod, subresource }: RemoteCommand): string {
  return `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/${subresource}`;
}

/** False and empty fields are left out, as client-go leaves them out. */
function queryOf({ container, command, stdin, stdout, stderr, tty }: RemoteCommand) {
  const flag = (on: boolean) => on || undefined;
  return {
    command,
    container: container || undefined,
    stderr: flag(stderr !== undefined && !tty),
    stdin: flag(stdin !== undefined),
    stdout: flag(stdout !== undefined),
    tty: flag(tty),
  };
}

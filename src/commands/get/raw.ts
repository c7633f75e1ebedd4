import { pipeline } from 'node:stream/promises';
import type { Cluster } from '../../kube/cluster.ts';
import { statusError } from '../../kube/transport/status-error.ts';
import type { CommandContext } from '../command.ts';

/** `get --raw /path?query`: the answer of the server as it is. */
export async function printRaw(path: string, cluster: Cluster, { io, signal }: CommandContext): Promise<number> {
  const response = await cluster.transport.send({ method: 'GET', path, signal });
  if (response.status >= 400) throw statusError(response.status, await response.text(), { method: 'GET', path });
  await pipeline(response.body, io.stdout, { end: false });
  return 0;
}

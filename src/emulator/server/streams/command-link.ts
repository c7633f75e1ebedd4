import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { ApiStatus } from '../../../api/status.ts';
import type { ExecStreams } from '../../kubelet/node-api.ts';

/** What a client of exec or attach wants carried. */
export interface WantedStreams {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** The Status of an error channel: upstream sends it without kind and version. */
export type CommandStatus = Omit<ApiStatus, 'kind' | 'apiVersion'>;

/** A client of exec or attach, whatever it speaks. */
export interface CommandLink {
  streams: ExecStreams;
  /** Aborted when the client hangs up or the server stops. */
  signal: AbortSignal;
  /**
   * Tells how the command ended and closes, once what the node wrote has been sent. Where the protocol
   * knows text only, a success is silent.
   */
  finish(status: CommandStatus): void;
}

/** What the error channel carries: a Status, or where the protocol is older, text for failures. */
export function statusText(status: CommandStatus, asStatus: boolean): string {
  if (asStatus) return JSON.stringify(status);
  return status.status === 'Success' ? '' : (status.message ?? '');
}

/** Ends what the node did not end and waits until the network took everything, or the client is gone. */
export async function allSent(streams: readonly (Writable | undefined)[]): Promise<void> {
  await Promise.all(
    streams.map(async (stream) => {
      if (!stream) return;
      stream.end();
      await finished(stream, { readable: false }).catch(() => {});
    }),
  );
}

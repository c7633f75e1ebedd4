import type { ExecStreams, ExitState } from '../node-api.ts';
import { writableHandle } from './process/handle.ts';
import { ended } from './process/streams.ts';

/** What the container says from now on, until it ends. */
export async function attachToLog(
  lines: AsyncIterable<Uint8Array>,
  streams: ExecStreams,
  signal: AbortSignal,
): Promise<ExitState> {
  const output = streams.stdout && writableHandle(streams.stdout);
  try {
    for await (const line of lines) await output?.write(line, signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  await Promise.all([ended(streams.stdout), ended(streams.stderr)]);
  return { code: 0 };
}

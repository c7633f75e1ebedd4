import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { KctlError } from '../../lib/errors.ts';
import { Playback } from '../../store/rollout/playback.ts';
import { readRecording } from '../../store/rollout/recording.ts';
import type { CommandContext } from '../command.ts';
import { isLive, presenter } from './presenter.ts';
import { fail } from './watch-workloads.ts';
import { WatchedStore } from './watched.ts';

/** How often the picture moves on while it is shown live (ms of this machine's time). */
const FRAME_MS = 100;
/** How long it is lived on after the last line, for what only has to last (ms of the recording). */
const AFTER_MS = 1000;

/**
 * Shows a recorded watch again, without a cluster: live at `speed` on a terminal, at once on a pipe.
 * @throws KctlError with how the recorded rollouts failed; `input` where the file is no recording
 */
export async function replayWatch(
  file: string,
  speed: number,
  { io, signal }: Pick<CommandContext, 'io' | 'signal'>,
): Promise<void> {
  const playback = new Playback(readRecording(read(file), file));
  const recording = playback.recording;
  const watched = recording.head.workloads.map(
    ({ kind, name }, index) =>
      new WatchedStore(`${kind.toLowerCase()}/${name}`, playback.stores[index]!, playback.now()),
  );
  const present = await presenter(io);
  const live = isLive(io);
  const last = (recording.entries.at(-1)?.t ?? 0) + AFTER_MS;
  const step = live ? FRAME_MS * speed : FRAME_MS;
  for (let at = 0; watched.some(({ verdict }) => !verdict); at = Math.min(at + step, last)) {
    playback.advance(at);
    for (const one of watched) one.look(playback.now());
    present(watched, playback.now());
    if (live) await sleep(FRAME_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) throw new KctlError('usage', 'interrupted', { exitCode: 130 });
    if (at >= last) break;
  }
  // No cluster has to do with it, so that none is to be looked for.
  fail(watched, 'input');
  if (watched.some(({ verdict }) => !verdict))
    throw new KctlError('input', 'the recording ends before the rollout was decided');
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new KctlError('input', `cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

import { readFileSync } from 'node:fs';
import { setImmediate as othersTurn, setTimeout as sleep } from 'node:timers/promises';
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
/** Looks that a pipe takes at the most of a stretch in which nothing was recorded, however long it is. */
const LOOKS_OF_NOTHING = 20;

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
  const step = (at: number) =>
    live ? FRAME_MS * speed : Math.max(FRAME_MS, ((playback.nextAt ?? last) - at) / LOOKS_OF_NOTHING);
  for (let at = 0; watched.some(({ verdict }) => !verdict); at = Math.min(at + step(at), last)) {
    liveOn(playback, at, file);
    for (const one of watched) one.look(playback.now());
    present(watched, playback.now());
    // Also on a pipe others must have their turn: Ctrl-C.
    if (live) await sleep(FRAME_MS, undefined, { signal }).catch(() => {});
    else await othersTurn();
    if (signal.aborted) throw new KctlError('usage', 'interrupted', { exitCode: 130 });
    if (at >= last) break;
  }
  // No cluster has to do with it, so that none is to be looked for.
  fail(watched, 'input');
  if (watched.some(({ verdict }) => !verdict))
    throw new KctlError('input', 'the recording ends before the rollout was decided');
}

/** @throws KctlError `input` where what was recorded cannot have happened: somebody wrote in the file */
function liveOn(playback: Playback, at: number, file: string): void {
  try {
    playback.advance(at);
  } catch (error) {
    throw new KctlError('input', `${file} is damaged: ${(error as Error).message}`, { cause: error });
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new KctlError('input', `cannot read ${file}: ${(error as Error).message}`, { cause: error });
  }
}

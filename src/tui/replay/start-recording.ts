import { resolve } from 'node:path';
import { KctlError } from '../../lib/errors.ts';
import { sizeText } from '../../lib/size-text.ts';
import type { DashboardServices } from '../services.ts';
import { say } from '../words/say.ts';
import { Recorder } from './recorder.ts';
import type { Tape } from './tape.ts';

/**
 * Puts a recorder into the tape. What is open has to be listed again for it: its content is not known to the tape.
 * @throws KctlError `input` where the file cannot be made
 */
export function startRecording(tape: Tape, services: DashboardServices, given: string): Recorder {
  if (tape.recorder) throw new KctlError('usage', `recording already, to ${tape.recorder.file}`);
  const file = resolve(given);
  const { contextName, clusterName, userName, namespace } = services.cluster;
  const about = { context: contextName, cluster: clusterName, user: userName, namespace };
  let recorder: Recorder;
  try {
    recorder = new Recorder(file, services.timing, about);
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EEXIST';
    throw new KctlError('input', taken ? `${file} is there already` : (error as Error).message, {
      ...(taken && { hint: 'A recording is never written over another file.' }),
    });
  }
  tape.recorder = recorder;
  void services.cluster.discovery.resources().then(
    (resources) => recorder.answer('discovery', resources),
    () => undefined,
  );
  return recorder;
}

/** @returns what was written, in words; undefined where nothing was being recorded */
export function stopRecording(tape: Tape): string | undefined {
  const { recorder } = tape;
  if (!recorder) return undefined;
  tape.recorder = undefined;
  recorder.close();
  const told = say('{file} ({size}, redacted)', { file: recorder.file, size: sizeText(recorder.bytes) });
  return recorder.problem ? `${told}, ${say('ended early: {why}', { why: recorder.problem.message })}` : told;
}

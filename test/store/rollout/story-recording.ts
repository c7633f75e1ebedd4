import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Recording, readRecording } from '../../../src/store/rollout/recording.ts';

/** Made by `node test/store/rollout/record-stories.ts`. */
export function storyRecording(name: string): Recording {
  const file = join(import.meta.dirname, '../../fixtures/rollouts', `${name}.jsonl.gz`);
  return readRecording(gunzipSync(readFileSync(file)).toString(), name);
}

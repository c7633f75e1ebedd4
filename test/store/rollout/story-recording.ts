import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Recording, readRecording } from '../../../src/store/rollout/recording.ts';

const folder = join(import.meta.dirname, '../../fixtures/rollouts');
const fileOf = (name: string): string => join(folder, `${name}.jsonl.gz`);

/** Made by `UPDATE_ROLLOUTS=1 vitest run test/store/rollout/stories.test.ts`. */
export function storyRecording(name: string): Recording {
  return readRecording(gunzipSync(readFileSync(fileOf(name))).toString(), name);
}

export function keepRecording(name: string, text: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(fileOf(name), gzipSync(text, { level: 9 }));
}

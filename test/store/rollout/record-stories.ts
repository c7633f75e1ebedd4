import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { recordStory } from './record-world.ts';
import { stories } from './stories.ts';

/** `node test/store/rollout/record-stories.ts [NAME...]`: lives through the stories and writes them down. */
const folder = join(import.meta.dirname, '../../fixtures/rollouts');
mkdirSync(folder, { recursive: true });
const wanted = process.argv.slice(2);
for (const [name, story] of Object.entries(stories)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const text = await recordStory(story);
  writeFileSync(join(folder, `${name}.jsonl.gz`), gzipSync(text, { level: 9 }));
  process.stdout.write(`${name}: ${text.split('\n').length - 1} lines, ${text.length} bytes\n`);
}
process.exit(0);

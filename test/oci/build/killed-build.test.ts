import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BuildFixture } from './build-room.ts';

/** Killed at any place, nothing of the store is damaged, and the next build goes on with what is there. */
test('kill -9 in the middle of builds leaves a store that verifies', { timeout: 30_000 }, async () => {
  using room = new BuildFixture();
  const script = join(import.meta.dirname, 'build-process.ts');
  for (let round = 0; round < 3; round++) {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, room.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(child.stdout, 'data');
      // Anywhere in its work.
      await new Promise((resolve) => setTimeout(resolve, 20 + 17 * round));
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const { problems } = await room.store.verify();
    expect(problems).toEqual([]);
    expect(room.store.images.byName('docker.io/library/app:latest')).toBeDefined();
  }
  await room.store.collect();
  const text = 'FROM scratch\nCOPY same /\n';
  expect((await room.build(text)).steps).toEqual(['DONE [1/1] COPY same /']);
  expect((await room.build(text)).steps).toEqual(['CACHED [1/1] COPY same /']);
  expect((await room.store.verify()).problems).toEqual([]);
});

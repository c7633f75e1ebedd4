import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** A machine that is busy with other things is slow, not wrong; a hang is found out all the same. */
const PATIENCE_MS = 120_000;

export default defineConfig({
  // React's production build has no jsxDEV.
  oxc: { jsx: { runtime: 'automatic', development: false } },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    environment: 'node',
    testTimeout: PATIENCE_MS,
    hookTimeout: PATIENCE_MS,
    pool: 'forks',
    // Of cases that run programs side by side: the other worker's tests want their share of the machine.
    maxConcurrency: 3,
    // Many tests wait for programs and servers of their own: two go on at a time even where there are two cores.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    // Loading the sources anew for each file would take longer than the tests do. So a file leaves
    // the process as it found it: environment variables, timers, servers.
    isolate: false,
    env: { NODE_ENV: 'production', TZ: 'UTC' },
  },
});

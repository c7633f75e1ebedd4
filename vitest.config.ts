import { defineConfig } from 'vitest/config';

export default defineConfig({
  // React's production build has no jsxDEV.
  oxc: { jsx: { runtime: 'automatic', development: false } },
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    environment: 'node',
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    env: { NODE_ENV: 'production', TZ: 'UTC' },
  },
});

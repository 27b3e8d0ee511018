import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['lockkit/test/**/*.test.ts', 'server/test/**/*.test.ts'],
    setupFiles: ['server/test/support/prepare.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});

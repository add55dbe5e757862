import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.{ts,tsx}', 'e2e/servers/**/*.test.ts', 'scripts/**/*.test.ts'],
    environment: 'node',
    // A unit test that talks to children or to the disk may be slow on a busy machine; none may hang.
    testTimeout: 180_000,
    hookTimeout: 180_000,
  },
})

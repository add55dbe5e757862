import { defineConfig } from '@playwright/test'

// One window at a time, and no second try: a test that fails sometimes is a bug to be found.
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  outputDir: 'test-results',
  workers: 1,
  retries: 0,
  timeout: 120_000,
  // A limit for a hang on a busy machine, not a measure of speed; bench/ measures.
  expect: { timeout: 20_000 },
  forbidOnly: true,
  reporter: 'list',
})

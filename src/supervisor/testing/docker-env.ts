// Test support: an environment for STOP in which it never touches containers that are not the test's own.
import { randomBytes } from 'node:crypto'

/** The engine that the tests are run with, and a label that only this test has. */
export const dockerEnv = (): NodeJS.ProcessEnv => ({
  CLAWDBOT_TEST: '1',
  CLAWDBOT_TEST_SANDBOX_LABEL: `clawdbot.sandbox.test-${randomBytes(6).toString('hex')}=1`,
  ...(process.env['DOCKER_HOST'] === undefined ? {} : { DOCKER_HOST: process.env['DOCKER_HOST'] }),
})

import { expect, test } from 'vitest'
import { chooseSandbox, type SandboxFacts } from './chromium-sandbox.ts'

const user: SandboxFacts = {
  platform: 'linux',
  root: false,
  namespaces: true,
  helper: { path: '/e/chrome-sandbox', ready: false },
}

test('an ordinary user on an ordinary kernel keeps the sandbox, and nothing is said', () => {
  expect(chooseSandbox(user)).toEqual({ args: [], note: null })
})

test('root runs without it, and it is said', () => {
  const choice = chooseSandbox({ ...user, root: true })
  expect(choice.args).toEqual(['--no-sandbox'])
  expect(choice.note).toContain('root')
})

test('without namespaces the setuid helper is enough', () => {
  const helper = { ...user.helper, ready: true }
  expect(chooseSandbox({ ...user, namespaces: false, helper })).toEqual({ args: [], note: null })
})

test('without both it is off, and the command that repairs it is named', () => {
  const choice = chooseSandbox({ ...user, namespaces: false })
  expect(choice.args).toEqual(['--no-sandbox'])
  expect(choice.note).toContain('sudo chmod 4755 /e/chrome-sandbox')
})

test('other systems need no argument', () => {
  expect(chooseSandbox({ ...user, platform: 'darwin', namespaces: false })).toEqual({ args: [], note: null })
})

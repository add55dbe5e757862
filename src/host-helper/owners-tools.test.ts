import { describe, expect, it } from 'vitest'
import { refuseOwnersTools } from './owners-tools.ts'
import { Refusal } from './refusal.ts'

const isRefused = (path: string): boolean => {
  try {
    refuseOwnersTools(path.split('/'))
    return false
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return error.fault === 'denied'
  }
}

describe('what the owner’s own tools obey', () => {
  it.each([
    '.git/hooks/pre-commit',
    'sub/.git',
    '.envrc',
    'sub/.vscode/tasks.json',
    '.claude/settings.json',
    '.BASHRC',
  ])('is not written by a file tool: %s', (path) => {
    expect(isRefused(path)).toBe(true)
  })

  // CVE-2014-9390: git wrote these, and the disk took them for .git.
  it.each([
    ['zero-width letters, which some disks leave out', '.g\u200cit/hooks/pre-commit'],
    ['a soft hyphen', '.git\u00ad/config'],
    ['a variation selector', '.e\ufe0fnvrc'],
    ['full-width letters', '\uff0egit/config'],
    ['the Kelvin sign', '.hus\u212ay/pre-commit'],
    ['a dot at the end', '.git./config'],
    ['a space at the end', '.git /config'],
    ['the short name of Windows', 'GIT~1/config'],
    ['a stream of NTFS', '.git::$INDEX_ALLOCATION/config'],
  ])('is known with %s', (_, path) => {
    expect(isRefused(path)).toBe(true)
  })

  it.each(['HEAD', 'vendored/HEAD', 'vendored/Head'])(
    'has no repository of git made of plain folders, whose config it would run: %s',
    (path) => {
      expect(isRefused(path)).toBe(true)
    },
  )

  it.each([
    'notes.txt',
    'git/readme',
    'head.tsx',
    'head/of/it.txt',
    'a.git.txt',
    'time: 12.txt',
    '.gitignore',
    'git~x',
    'é/ü',
  ])('is nothing of %s', (path) => {
    expect(isRefused(path)).toBe(false)
  })
})

import { refuse } from './refusal.ts'

/**
 * What the owner's own tools run or obey when they come by later: shells, git, editors, package managers, agents.
 * Whoever writes these writes commands for the owner, past every approval. After the mandatory deny paths of Anthropic's
 * sandbox runtime (its README, “Mandatory deny paths”), and wider: a file tool has no business anywhere in .git.
 */
const FOLDERS: readonly string[] = [
  '.git',
  '.githooks',
  '.husky',
  '.vscode',
  '.idea',
  '.devcontainer',
  '.claude',
  '.codex',
  '.cursor',
  '.gemini',
  '.zed',
  '.cargo',
  '.mise',
  '.clawdbot',
  '.direnv',
  '.ssh',
  '.gnupg',
]
const FILES: readonly string[] = [
  '.gitconfig',
  '.gitmodules',
  '.bashrc',
  '.bash_profile',
  '.bash_login',
  '.bash_logout',
  '.bash_aliases',
  '.profile',
  '.zshrc',
  '.zshenv',
  '.zprofile',
  '.zlogin',
  '.zlogout',
  '.envrc',
  'mise.toml',
  '.mise.toml',
  '.mcp.json',
  '.npmrc',
  '.yarnrc',
  '.yarnrc.yml',
  '.pnpmfile.cjs',
  '.ripgreprc',
  '.vimrc',
  '.exrc',
  '.nvimrc',
  '.nvim.lua',
  '.dir-locals.el',
  '.lldbinit',
  '.gdbinit',
  '.pre-commit-config.yaml',
]
const NAMES: ReadonlySet<string> = new Set([...FOLDERS, ...FILES])

/** With this file, and folders that anybody may make, git takes a folder for a repository, and runs what its config says. */
const HEAD_OF_GIT = 'head'

/** The short name that Windows gives to .git, on a disk of its own (CVE-2014-9390). */
const SHORT_GIT = /^git~[0-9]+$/

/**
 * As the owner's disk may read a name: one that makes no difference between capitals, forms of a letter, and letters with
 * or without what does not show (ext4 and f2fs with casefold, HFS+; CVE-2014-9390), or one that leaves out dots, spaces and
 * the name of a stream at the end (those of Windows).
 */
const asDisksRead = (name: string): string =>
  name
    .normalize('NFKC')
    .replace(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replace(/:.*$/su, '')
    .replace(/[\s.]+$/u, '')
    .toLowerCase()

/** Throws a Refusal where one of the names is one of those, in whatever form. */
export const refuseOwnersTools = (parts: readonly string[]): void => {
  const names = parts.map(asDisksRead)
  const at = names.findIndex((name) => NAMES.has(name) || SHORT_GIT.test(name))
  const found = parts[at] ?? (names.at(-1) === HEAD_OF_GIT ? parts.at(-1) : undefined)
  if (found === undefined) return
  throw refuse(
    'denied',
    parts.join('/'),
    `tools of the owner obey what is in ${found}, so it is not written here; the owner can do it`,
  )
}

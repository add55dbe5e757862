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

/**
 * Throws a Refusal where one of the names is one of those. Whatever the case and the form of the letters, because the
 * owner's disk may be one that makes no difference between them.
 */
export const refuseOwnersTools = (parts: readonly string[]): void => {
  const found = parts.find((part) =>
    NAMES.has(
      part
        .normalize('NFKC')
        .replace(/[\s.]+$/u, '')
        .toLowerCase(),
    ),
  )
  if (found === undefined) return
  throw refuse(
    'denied',
    parts.join('/'),
    `tools of the owner obey what is in ${found}, so it is not written here; the owner can do it`,
  )
}

/**
 * The variables that a call may set for its command. Names that say how a program speaks, none that says what
 * it loads or where it looks: PATH, LD_PRELOAD, BASH_ENV, PYTHONPATH, GIT_SSH_COMMAND, PAGER and their like turn
 * a harmless command into another one (CVE-2026-24763).
 */
const ALLOWED = new Set([
  'CI',
  'CLICOLOR',
  'CLICOLOR_FORCE',
  'COLUMNS',
  'DEBIAN_FRONTEND',
  'FORCE_COLOR',
  'LANG',
  'LANGUAGE',
  'LC_ALL',
  'LC_COLLATE',
  'LC_CTYPE',
  'LC_MESSAGES',
  'LC_MONETARY',
  'LC_NUMERIC',
  'LC_TIME',
  'LINES',
  'NO_COLOR',
  'PYTHONDONTWRITEBYTECODE',
  'PYTHONUNBUFFERED',
  'RUST_BACKTRACE',
  'SOURCE_DATE_EPOCH',
  'TERM',
  'TZ',
])

/** Letters, digits and what a locale, a time zone or a number needs; no path that leads anywhere else. */
const VALUE = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9 _.,:+@/-]{0,199}$|^$/

/** Why these variables are refused, or undefined if each of them may be set. */
export const environmentRefusal = (env: Readonly<Record<string, string>>): string | undefined => {
  const names = Object.keys(env)
  const name = names.find((each) => !ALLOWED.has(each))
  if (name !== undefined) {
    return `env may not set ${name.slice(0, 100)}; nothing was done. It may set ${[...ALLOWED].join(', ')}. Others can be set within the command.`
  }
  const odd = names.find((each) => !VALUE.test(env[each] ?? ''))
  return odd === undefined ? undefined : `env may not set ${odd} to this value; nothing was done.`
}

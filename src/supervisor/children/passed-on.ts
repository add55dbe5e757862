/** What any program of ours may know of our environment. NODE_OPTIONS above all is not in it: it could widen the grants. */
const KNOWN: ReadonlySet<string> = new Set(['TZ', 'LANG', 'LC_ALL', 'LC_CTYPE', 'SystemRoot'])

/** The part of our environment that a child gets: the names that all may know, `more`, and in a test those of the tests. */
export const passedOn = (env: NodeJS.ProcessEnv, more: readonly string[]): NodeJS.ProcessEnv => {
  const names = Object.keys(env).filter(
    (name) =>
      KNOWN.has(name) ||
      more.includes(name) ||
      (env['CLAWDBOT_TEST'] === '1' && (name === 'CLAWDBOT_TEST' || name.startsWith('CLAWDBOT_TEST_'))),
  )
  return Object.fromEntries(names.map((name) => [name, env[name]]))
}

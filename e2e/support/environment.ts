/** What a tested program may know of the machine it is tested on; API keys and tokens of the tester are not in it. */
const INHERITED = [
  'PATH',
  'HOME',
  'LANG',
  'TMPDIR',
  'DISPLAY',
  'XAUTHORITY',
  'WAYLAND_DISPLAY',
  'XDG_RUNTIME_DIR',
]

/** The environment of a tested program: a little of the tester's own, and what the test gives. */
export const environment = (given: Readonly<Record<string, string>>): Record<string, string> => {
  const own = INHERITED.flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(own), ...given }
}

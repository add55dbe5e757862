import { Refusal } from './refusal.ts'

/** What a command may know of our environment. No secret of this product is ever in it: it is told, not inherited. */
const PASSED_ON: ReadonlySet<string> = new Set([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'LANG',
  'TZ',
  'TMPDIR',
])

/** By these a run, and one command of it, is found again. */
const RUN_VARIABLE = 'CLAWDBOT_RUN_ID'
const COMMAND_VARIABLE = 'CLAWDBOT_COMMAND_ID'

/**
 * Names that decide which program a text means, or have something run before it: with them a command that the owner
 * approved would be another one. (A PATH from the agent was how clawdbot's sandbox was left: CVE-2026-24763.)
 */
const LEADING =
  /^(PATH|HOME|SHELL|IFS|ENV|BASH_.*|BASHOPTS|SHELLOPTS|PS[0-4]|PROMPT_COMMAND|CDPATH|GLOBIGNORE|LD_.*|DYLD_.*|GCONV_PATH|NODE_OPTIONS|NODE_PATH|PYTHON(PATH|HOME|STARTUP|INSPECT)|PERL5?(OPT|LIB|5LIB|5OPT|5DB)|RUBY(OPT|LIB)|JAVA_TOOL_OPTIONS|GIT_.*|EDITOR|VISUAL|PAGER|LESSOPEN|LESSCLOSE|CLAWDBOT_.*)$/i
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Of one command. `given` is the agent's; throws a Refusal for what it may not set. */
export const commandEnvironment = (
  own: NodeJS.ProcessEnv,
  given: Readonly<Record<string, string>>,
  commandId: string,
): Readonly<Record<string, string>> => {
  for (const [name, value] of Object.entries(given)) {
    if (!NAME.test(name) || value.includes('\0'))
      throw new Refusal('bad_request', 'a variable needs a plain name, and a value without NUL')
    if (LEADING.test(name))
      throw new Refusal(
        'denied',
        `the variable ${name} could make the command another one; it is not set here`,
      )
  }
  const passed = Object.entries(own).flatMap(([name, value]) =>
    value !== undefined && (PASSED_ON.has(name) || name.startsWith('LC_')) ? [[name, value]] : [],
  )
  const run = own[RUN_VARIABLE]
  return {
    ...Object.fromEntries(passed),
    TERM: 'dumb',
    ...given,
    [COMMAND_VARIABLE]: commandId,
    ...(run === undefined ? {} : { [RUN_VARIABLE]: run }),
  }
}

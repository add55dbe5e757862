import type { ErrorView } from '../../shared/domain/error.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'

/** A path or address out of the output; it is the gateway's word, so it is bounded and shown as one inert line. */
const MAX_NAMED = 120

interface Cause {
  readonly when: RegExp
  /** Is it looked for in the error alone, or also in what the process printed? */
  readonly where: 'error' | 'output'
  /** `found` are the groups of `when`. */
  readonly say: (...found: readonly string[]) => string
}

/** The most telling first: a full disk also makes the network fail, and never the other way round. */
const CAUSES: readonly Cause[] = [
  {
    when: /heap out of memory|Array buffer allocation failed/,
    where: 'output',
    say: () =>
      'It needed more memory than it may have, most often for one very long conversation: start it again, and begin that conversation anew if it repeats.',
  },
  {
    when: /ERR_ACCESS_DENIED[\s\S]{0,200}?permission: '(\w+)'(?:,\s*resource: '([^'\n]*)')?/,
    where: 'output',
    say: (permission = '', resource = '') =>
      `Node refused it ${wanted(permission, resource)}, which it is not granted: install Clawdbot again, and press STOP if it repeats, as it may have been taken over.`,
  },
  {
    when: /ENOSPC|no space left on device/,
    where: 'output',
    say: () => 'The disk is full: make room on it, then start the gateway again.',
  },
  {
    when: /(?:EACCES|EPERM|EROFS): [^\n']*(?:'([^'\n]*)')?/,
    where: 'output',
    say: (path = '') =>
      `Your user may not write ${path === '' ? 'a file that it needs' : named(path)}: give your user the right to it, and mount the disk so that it can be written.`,
  },
  {
    when: /EADDRINUSE[^\n]*?address already in use ?([^\s]*)/,
    where: 'output',
    say: (address = '') =>
      `Another program has the address${address === '' ? '' : ` ${named(address)}`} already: end that program, then start the gateway again.`,
  },
  {
    when: /ERR_MODULE_NOT_FOUND|Cannot find (?:module|package) '/,
    where: 'output',
    say: () =>
      'A part of Clawdbot is missing: install it again, or run `npm ci` where you build it yourself.',
  },
  {
    when: /^SyntaxError: |\nSyntaxError: /,
    where: 'output',
    say: () =>
      'A file of Clawdbot is damaged or half built: install it again, or run `npm run build` where you build it yourself.',
  },
  {
    when: /\b401\b[^\n]{0,80}unauthori[sz]ed|unauthori[sz]ed[^\n]{0,80}\b401\b|invalid x-api-key/i,
    where: 'output',
    say: () => 'A token or an API key is refused: put the right one into the config.',
  },
  {
    when: /\b(?:ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT)\b/,
    where: 'output',
    say: () =>
      'The network could not be reached: check the connection, a proxy or a firewall, then start the gateway again.',
  },
  {
    when: /broke its contract/,
    where: 'error',
    say: () =>
      'The app and the gateway are of different versions: quit Clawdbot, install it again and start it; press STOP if it repeats, as the gateway may have been taken over.',
  },
  {
    when: /ended by SIGKILL/,
    where: 'error',
    say: () =>
      'Something outside Clawdbot killed it, most often the system because the machine ran out of memory: close other programs, then start it again.',
  },
  {
    when: /ended by SIGILL/,
    where: 'error',
    say: () => 'This processor lacks something that Clawdbot’s Node needs: use a newer machine.',
  },
  {
    when: /ended by (?:SIGSEGV|SIGBUS|SIGABRT|SIGTRAP)|exited with code 134/,
    where: 'error',
    say: () => 'Node itself crashed: start the gateway again, and test the machine’s memory if it repeats.',
  },
  {
    when: /was not ready within/,
    where: 'error',
    say: () =>
      'The disk or the network was too slow while it started: look whether the machine is overloaded, then start it again.',
  },
  {
    when: /did not answer any more|did not acknowledge/,
    where: 'error',
    say: () =>
      'It hung, most often because the machine was overloaded: the end of the log says what it did last.',
  },
]

/**
 * What most likely made the gateway fail, in one sentence with what to do, read from its error and its last output;
 * empty where nothing is known. A guess for the owner: nothing is decided by it.
 */
export const likelyCause = (error: ErrorView, lastOutput: readonly string[]): string => {
  const all = `${error.message}\n${lastOutput.join('\n')}`
  for (const { when, where, say } of CAUSES) {
    const found = when.exec(where === 'error' ? error.message : all)
    if (found !== null) return say(...found.slice(1).map((group) => group ?? ''))
  }
  return ''
}

const named = (text: string): string => visibleLine(text.slice(0, MAX_NAMED))

const wanted = (permission: string, resource: string): string => {
  const what = resource === '' ? 'something' : named(resource)
  switch (permission) {
    case 'FileSystemRead':
      return `to read ${what}`
    case 'FileSystemWrite':
      return `to write ${what}`
    case 'ChildProcess':
      return `to start ${resource === '' ? 'a program' : named(resource)}`
    default:
      return `a right (${named(permission)})`
  }
}

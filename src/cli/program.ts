import { Command, Option } from 'commander'
import type { PeopleOptions } from './arguments.ts'
import type { AuditVerifyOptions } from './commands/audit-verify.ts'
import type { GatewayOptions } from './commands/gateway.ts'
import type { IncidentBundleOptions } from './commands/incident-bundle.ts'
import type { IncidentShowOptions } from './commands/incident-show.ts'
import type { LinkOptions } from './commands/link.ts'
import type { LogsOptions } from './commands/logs.ts'
import type { ApproveOptions } from './commands/pairing-approve.ts'
import type { ResumeOptions } from './commands/resume.ts'
import type { SandboxKillOptions } from './commands/sandbox-kill.ts'
import type { SessionsExportOptions } from './commands/sessions-export.ts'
import type { SessionsListOptions } from './commands/sessions-list.ts'
import type { SessionsSearchOptions } from './commands/sessions-search.ts'
import type { SessionsShowOptions } from './commands/sessions-show.ts'
import type { StopCommandOptions } from './commands/stop.ts'
import type { CliContext } from './context.ts'
import { EXIT, type ExitCode } from './exit.ts'
import { numberFrom } from './parse-number.ts'

type Json = { readonly json?: boolean }

/** A command about one provider. `--channel` is what later versions of the existing Clawdbot call it. */
const ofProvider = (parent: Command, usage: string, description: string): Command =>
  parent
    .command(usage)
    .description(description)
    .option('-p, --provider <name>', 'telegram, simulator, …')
    .addOption(new Option('--channel <name>').hideHelp())
    .option('--json', 'print JSON')

/**
 * Every command and its options. What a command needs is imported when it runs: starting is most of what a short
 * command costs. `done` hears the exit code of a command that has one of its own.
 */
export const createProgram = (
  context: CliContext,
  version: string,
  done: (code: ExitCode) => void,
): Command => {
  const program = new Command('clawdbot')
    .description('Who may talk to the agent, what it does now, and a switch that stops it.')
    .version(version, '-V, --version')
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .addHelpText('after', '\nExit codes: 0 done, 1 refused or failed, 2 wrong usage, 3 locked down.')

  const group = (name: string, description: string): Command => program.command(name).description(description)

  const pairing = group('pairing', 'strangers who wait to be let in')
  ofProvider(pairing, 'list', 'show who waits, with codes').action(async (options: PeopleOptions) => {
    await (await import('./commands/pairing-list.ts')).pairingList(context, options)
  })
  ofProvider(pairing, 'approve <code>', 'let in whoever holds the code')
    .option('--notify', 'tell them that they may write now')
    .action(async (code: string, options: ApproveOptions) => {
      await (await import('./commands/pairing-approve.ts')).pairingApprove(context, code, options)
    })
  ofProvider(pairing, 'reject <code>', 'turn a request away').action(
    async (code: string, options: PeopleOptions) => {
      await (await import('./commands/pairing-reject.ts')).pairingReject(context, code, options)
    },
  )

  const allow = group('allow', 'people who were let in')
  const block = group('block', 'people who are shut out, whatever else lets them in')
  for (const [list, parent] of [
    ['allow', allow],
    ['block', block],
  ] as const) {
    ofProvider(parent, 'list', 'show their ids').action(async (options: PeopleOptions) => {
      await (await import('./commands/people-list.ts')).peopleList(context, list, options)
    })
    for (const change of ['add', 'remove'] as const) {
      ofProvider(
        parent,
        `${change} <id>`,
        change === 'add' ? 'put an id on the list' : 'take an id off it',
      ).action(async (id: string, options: PeopleOptions) => {
        await (await import('./commands/people-change.ts')).peopleChange(context, list, change, id, options)
      })
    }
  }

  for (const [what, parent] of [
    ['pairing', pairing],
    ['allow', allow],
    ['block', block],
  ] as const) {
    ofProvider(parent, 'repair', 'set corrupt files aside and start them afresh').action(
      async (options: PeopleOptions) => {
        await (await import('./commands/repair.ts')).repair(context, what, options)
      },
    )
  }

  program
    .command('status')
    .description('what the gateway does, and who waits')
    .option('--json', 'print JSON')
    .action(async (options: Json) => {
      await (await import('./commands/status.ts')).status(context, options)
    })
  program
    .command('gateway')
    .description('run the supervised gateway here, without a window')
    .addOption(new Option('--kept').hideHelp())
    .action(async (options: GatewayOptions) =>
      done(await (await import('./commands/gateway.ts')).gateway(context, options)),
    )
  program
    .command('link <messenger>')
    .description('link a messenger to a phone: shows the code to scan')
    .option('--number <use>', 'whose number it is: separate (the agent’s alone) or own')
    .action(async (messenger: string, options: LinkOptions) => {
      await (await import('./commands/link.ts')).link(context, messenger, options)
    })
  program
    .command('unlink <messenger>')
    .description('log out there, and forget the login')
    .action(async (messenger: string) => {
      await (await import('./commands/unlink.ts')).unlink(context, messenger)
    })
  program
    .command('stop')
    .description('STOP: kill everything, and let nothing start until resume')
    .option('--reason <text>', 'why, for the record')
    .option('--json', 'print JSON')
    .action(async (options: StopCommandOptions) =>
      done(await (await import('./commands/stop.ts')).stop(context, options)),
    )
  program
    .command('resume')
    .description('end a lockdown; starts nothing')
    .option('--reason <text>', 'why it is safe to go on, for the record')
    .option('--accept-unknown', 'resume although nobody can say whether containers or processes still live')
    .option('--yes', 'do not ask')
    .action(async (options: ResumeOptions) => {
      await (await import('./commands/resume.ts')).resume(context, options)
    })
  const incident = group('incident', 'what a stop left to work through')
  incident
    .command('list')
    .description('show every stop whose evidence is kept')
    .option('--json', 'print JSON')
    .action(async (options: Json) => {
      await (await import('./commands/incident-list.ts')).incidentList(context, options)
    })
  incident
    .command('show')
    .description('print the runbook with what is known of an incident')
    .option('--incident <name>', 'that of the lockdown that holds, or the last, if not given')
    .option('--json', 'print JSON')
    .action(async (options: IncidentShowOptions) => {
      await (await import('./commands/incident-show.ts')).incidentShow(context, options)
    })
  incident
    .command('bundle')
    .description('write all that is kept of an incident into one zip, redacted, with hashes')
    .option('--output <file>', 'where to; in this folder if not given')
    .option('--incident <name>', 'that of the lockdown that holds, or the last, if not given')
    .option('--transcripts', 'with what was said in the sessions concerned')
    .option('--force', 'replace a file of that name')
    .option('--json', 'print JSON')
    .action(async (options: IncidentBundleOptions) => {
      await (await import('./commands/incident-bundle.ts')).incidentBundle(context, options)
    })
  const sandbox = group('sandbox', 'where the tools of sessions run')
  sandbox
    .command('list')
    .description('show every sandbox as Docker reports it')
    .option('--json', 'print JSON')
    .action(async (options: Json) => {
      await (await import('./commands/sandbox-list.ts')).sandboxList(context, options)
    })
  sandbox
    .command('explain <session>')
    .description('say where a command of that session would run and why, and prove it')
    .option('--json', 'print JSON')
    .action(async (session: string, options: Json) =>
      done(await (await import('./commands/sandbox-explain.ts')).sandboxExplain(context, session, options)),
    )
  sandbox
    .command('kill [name]')
    .description('end one, by its name, session or id, with all that runs in it')
    .option('--all', 'end all of them')
    .action(async (name: string | undefined, options: SandboxKillOptions) => {
      await (await import('./commands/sandbox-kill.ts')).sandboxKill(context, name, options)
    })
  sandbox
    .command('build')
    .description('make the image of which sandboxes are made')
    .action(async () => {
      await (await import('./commands/sandbox-build.ts')).sandboxBuild(context)
    })
  const sessions = group('sessions', 'what was said and done; works whether or not anything runs')
  sessions
    .command('list')
    .description('show every transcript, the one that was used last first')
    .option('-n, --limit <count>', 'at most so many', numberFrom(1), 50)
    .option('--json', 'print JSON')
    .action(async (options: SessionsListOptions) => {
      await (await import('./commands/sessions-list.ts')).sessionsList(context, options)
    })
  sessions
    .command('show <name>')
    .description('print a transcript, by its key, its id or the beginning of it')
    .option('--last <count>', 'only so many of the last turns', numberFrom(1))
    .option('--turn <number>', 'only this one, as search names it', numberFrom(0))
    .option('--json', 'print JSON')
    .action(async (name: string, options: SessionsShowOptions) => {
      await (await import('./commands/sessions-show.ts')).sessionsShow(context, name, options)
    })
  sessions
    .command('search <query...>')
    .description('find words, "phrases", begin* and -without, with filters such as is:refused tool:bash')
    .option('--ranked', 'the best first, not the newest')
    .option('-n, --limit <count>', 'at most so many', numberFrom(1), 20)
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      '\nFilters: in: provider: person: session: role: tool: on: is: after: before: level: source:\nA query in quotes is taken as it stands: clawdbot sessions search \'"no such file" -test on:host after:7d\'',
    )
    .action(async (words: readonly string[], options: SessionsSearchOptions) => {
      await (await import('./commands/sessions-search.ts')).sessionsSearch(context, words, options)
    })
  sessions
    .command('export <name>')
    .description('write a transcript as one file, redacted')
    .option('--format <name>', 'markdown, html or jsonl; as --out ends, or markdown, if not given')
    .option('-o, --out <file>', 'where to; to standard output if not given')
    .option('--keep-secrets', 'as it stands there, secrets and all')
    .option('--force', 'replace a file of that name')
    .option('--json', 'print JSON about it')
    .action(async (name: string, options: SessionsExportOptions) => {
      await (await import('./commands/sessions-export.ts')).sessionsExport(context, name, options)
    })
  const archive = group('archive', 'the index that sessions and search use')
  archive
    .command('status')
    .description('bring it up to date, and say what it holds')
    .option('--json', 'print JSON')
    .action(async (options: Json) =>
      done(await (await import('./commands/archive-rebuild.ts')).archiveStatus(context, options)),
    )
  archive
    .command('rebuild')
    .description('throw it away and make it anew; the files that it is made from stay as they are')
    .option('--json', 'print JSON')
    .action(async (options: Json) =>
      done(await (await import('./commands/archive-rebuild.ts')).archiveRebuild(context, options)),
    )
  program
    .command('logs')
    .description('print the end of the log; works whether or not anything runs')
    .option('-f, --follow', 'go on with what comes')
    .option('--grep <pattern>', 'only lines with this in them: a regular expression (RE2), in any case')
    .option('--level <level>', 'this level and worse: fatal, error, warn, info, debug, trace')
    .option('--source <name>', 'only of this part, such as gateway/gate')
    .option('--since <time>', 'from then on: 10m, 2h, 7d, today, 2026-01-06, 2026-01-06T12:00')
    .option('-n, --lines <count>', 'at most so many of the last that match; 200 if not given')
    .option('--json', 'print one JSON object a line')
    .action(async (options: LogsOptions) => {
      await (await import('./commands/logs.ts')).logs(context, options)
    })
  const audit = group('audit', 'the record of what was decided and done')
  audit
    .command('verify')
    .description('say whether it is whole, and where it is not')
    .option('--head <code>', 'look for a code that was noted earlier, such as 7F2A·91C0')
    .option('--json', 'print JSON')
    .action(async (options: AuditVerifyOptions) =>
      done(await (await import('./commands/audit-verify.ts')).auditVerify(context, options)),
    )
  audit
    .command('repair')
    .description('set a broken audit aside and begin a new one')
    .option('--json', 'print JSON')
    .action(async (options: Json) =>
      done(await (await import('./commands/audit-repair.ts')).auditRepair(context, options)),
    )
  const readonly = group(
    'readonly',
    'a mode with no write outside a sandbox, no shell here, and no message to others',
  )
  for (const change of ['on', 'off'] as const) {
    readonly
      .command(change)
      .description(change === 'on' ? 'switch it on' : 'switch it off')
      .option('--json', 'print JSON')
      .action(async (options: Json) => {
        await (await import('./commands/readonly.ts')).readOnlyChange(context, change, options)
      })
  }
  readonly
    .command('status')
    .description('say whether it is on, and by what')
    .option('--json', 'print JSON')
    .action(async (options: Json) => {
      await (await import('./commands/readonly.ts')).readOnlyStatus(context, options)
    })
  group('config', 'the config file')
    .command('check')
    .description('say whether it is valid, and where it is not')
    .option('--json', 'print JSON')
    .action(async (options: Json) =>
      done(await (await import('./commands/config-check.ts')).configCheck(context, options)),
    )

  return program.action(() => {
    program.outputHelp()
    done(EXIT.usage)
  })
}

// `with-display.ts COMMAND ARGS…` runs the command on this machine's display, or on a virtual one if it has none.
import { fail } from './system/fail.ts'
import { runCommand } from './system/run-command.ts'
import { withDisplay } from './system/virtual-display.ts'

const [command, ...args] = process.argv.slice(2)
if (command === undefined) {
  console.error('usage: with-display.ts COMMAND ARGS…')
  process.exitCode = 2
} else {
  process.exitCode = await withDisplay((env, display) => {
    if (display !== null) console.log(`no display found: running on virtual display ${display.name}`)
    return runCommand(command, args, { env })
  }).catch(fail)
}

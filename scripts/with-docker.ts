// `with-docker.ts COMMAND ARGS…` runs the command with DOCKER_HOST set to this machine's Docker, or to one for the time.
import { withDocker } from './docker/engine.ts'
import { fail } from './system/fail.ts'
import { runCommand } from './system/run-command.ts'

const [command, ...args] = process.argv.slice(2)
if (command === undefined) {
  console.error('usage: with-docker.ts COMMAND ARGS…')
  process.exitCode = 2
} else {
  process.exitCode = await withDocker((env, started) => {
    if (started === 'for now') console.log('no Docker found: running with one of our own')
    return runCommand(command, args, { env })
  }).catch(fail)
}

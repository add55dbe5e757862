// Part of `npm ci`: sees to it that `node` in npm scripts is the project's own Node. Five packages bring it, one for
// each platform, under one command name, and npm 10 takes the link away again with those that are for other
// platforms. Plain JavaScript, because on such an npm the system's Node runs it; on npm 11 there is nothing to do.
const { execFileSync } = require('node:child_process')
const { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')

const modules = join(__dirname, '..', '..', 'node_modules')
const windows = process.platform === 'win32'
const binary = [
  `node-${windows ? 'win' : process.platform}-${process.arch}`,
  `node-bin-${process.platform}-${process.arch}`,
]
  .map((name) => join(name, 'bin', windows ? 'node.exe' : 'node'))
  .find((path) => existsSync(join(modules, path)))

const runs = (program) => {
  try {
    execFileSync(program, ['--version'], { stdio: ['ignore', 'ignore', 'inherit'] })
    return true
  } catch {
    // What it lacks is on stderr already.
    return false
  }
}

if (binary === undefined) {
  console.error(
    `Clawdbot has no Node of its own for ${process.platform}-${process.arch}. Run: npm ci --include=optional`,
  )
  process.exit(1)
}
const link = join(modules, '.bin', windows ? 'node.cmd' : 'node')
if (!existsSync(link)) {
  mkdirSync(join(modules, '.bin'), { recursive: true })
  rmSync(link, { force: true })
  if (windows) writeFileSync(link, `@"%~dp0\\..\\${binary}" %*\r\n`)
  else symlinkSync(join('..', binary), link)
}
if (!windows && !runs(join(modules, binary))) {
  execFileSync('sh', [join(__dirname, 'node-libraries.sh')], { stdio: 'inherit' })
}

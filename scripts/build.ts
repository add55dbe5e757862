// Builds the window (electron-vite) and the Node programs (vite), side by side.
import { spawn } from 'node:child_process'

const build = (name: string, args: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(name, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', reject)
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${name} ${args.join(' ')} failed:\n${output}`)),
    )
  })

await Promise.all([
  build('electron-vite', ['build', '--logLevel', 'warn']),
  ...['gateway', 'host-helper', 'archive', 'cli'].map((mode) =>
    build('vite', ['build', '--config', 'vite.node.config.ts', '--mode', mode, '--logLevel', 'warn']),
  ),
]).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})

// The app that sits in `resources/` of the fallback runtime and does what Electron's own default_app does:
// it finds the app's folder among the arguments, takes its name and version, and hands over to its main.
// Electron waits for the top-level await below before it says `ready`, so the app can not miss it.

import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from 'electron'

const fail = (message) => {
  process.stderr.write(`${message}\n`)
  // Throwing instead would open a dialog, which nobody can close on a virtual display.
  app.exit(1)
}

const given = process.argv.slice(1).find((argument) => !argument.startsWith('-'))
if (given === undefined) {
  fail('usage: electron [options] <app folder> [arguments]')
} else {
  try {
    const folder = resolve(given)
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
    Object.defineProperty(process, 'defaultApp', { configurable: false, enumerable: true, value: true })
    app.setName(manifest.productName ?? manifest.name)
    app.setVersion(manifest.version)
    app.setDesktopName(manifest.desktopName ?? `${app.getName()}.desktop`)
    const main = join(folder, manifest.main ?? 'index.js')
    app.setAppPath(dirname(join(folder, 'package.json')))
    await import(pathToFileURL(main).href)
  } catch (error) {
    fail(`The app in ${given} could not be loaded: ${String(error instanceof Error ? error.stack : error)}`)
  }
}

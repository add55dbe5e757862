/**
 * SIGUSR1 makes a Node program, Electron's main process included, open its debugger on a local port: whoever may
 * send it a signal and reach that port, as the gateway may, could run any code in it. A listener of our own takes
 * the place of Node's. It stays for as long as the process lives; asked again, nothing changes.
 */
export const refuseDebugger = (): void => {
  // Windows has no such signal, and would refuse to listen for it.
  if (process.platform === 'win32' || process.listeners('SIGUSR1').includes(ignore)) return
  process.on('SIGUSR1', ignore)
}

const ignore = (): void => undefined

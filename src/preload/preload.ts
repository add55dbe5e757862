// The whole api that the page gets: one function up, one function down, and only the contract's own channels.
import { contextBridge, ipcRenderer } from 'electron'
import { type BridgeApi, isCallChannel, isEventChannel } from '../shared/contracts/bridge.ts'

const api: BridgeApi = {
  call: (channel, input) =>
    isCallChannel(channel)
      ? ipcRenderer.invoke(channel, input)
      : Promise.reject(new Error('there is no such call')),
  on: (channel, listener) => {
    if (!isEventChannel(channel)) throw new Error('there is no such event')
    // Electron's event object stays here: it carries the sender, which the page has no use for.
    const forward = (_event: unknown, payload: Parameters<typeof listener>[0]): void => listener(payload)
    ipcRenderer.on(channel, forward)
    return () => {
      ipcRenderer.off(channel, forward)
    }
  },
}

contextBridge.exposeInMainWorld('clawdbot', api)

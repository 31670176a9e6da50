import { ipcRenderer } from 'electron'
import { engineNotice, requestPort, type EngineMessage, type EngineNotice } from '#shared/rpc/handshake.ts'

// Hands the page its line to the engine and knows nothing else. The page listens before it is loaded completely, so a port that
// arrives early would be lost: it is asked for when the document is there.
ipcRenderer.on(engineNotice, (event, notice: EngineNotice) => {
  const message: EngineMessage = { source: 'agency-swarm-console', notice }
  window.postMessage(message, window.location.origin, event.ports)
})
window.addEventListener('DOMContentLoaded', () => ipcRenderer.send(requestPort))
window.addEventListener('message', (event) => {
  if (event.source === window && event.data === requestPort) ipcRenderer.send(requestPort)
})

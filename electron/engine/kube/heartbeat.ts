import type { WebSocket } from 'ws'

export interface HeartbeatOptions {
  /** Milliseconds of silence before a ping: load balancers cut what is silent. 30,000 by default, client-go's figure. */
  idle?: number
  /** Milliseconds for the answer; 15,000 by default. */
  timeout?: number
}

/**
 * Pings a silent socket and reports one that no longer answers.
 * @returns how to stop
 */
export function heartbeat(socket: WebSocket, onDead: () => void, options: HeartbeatOptions = {}): () => void {
  const { idle = 30_000, timeout = 15_000 } = options
  let timer: NodeJS.Timeout
  const waitForSilence = (): void => {
    clearTimeout(timer)
    timer = setTimeout(ping, idle)
  }
  const ping = (): void => {
    // A paused socket hears nothing, not even its pong; its sink is slow, not its peer.
    if (socket.isPaused || socket.readyState !== socket.OPEN) {
      waitForSilence()
      return
    }
    socket.ping()
    timer = setTimeout(() => (socket.isPaused ? waitForSilence() : onDead()), timeout)
  }
  socket.on('message', waitForSilence).on('pong', waitForSilence).on('ping', waitForSilence)
  waitForSilence()
  return () => {
    clearTimeout(timer)
    socket.off('message', waitForSilence).off('pong', waitForSilence).off('ping', waitForSilence)
  }
}

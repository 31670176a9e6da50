import { useEffect, useState } from 'react'
import { applyMessage, emptySwarm, type ServerMessage, type Swarm } from './model.ts'

export type ConnectionState = 'connecting' | 'live' | 'lost'

const unauthenticated = 4401

/** The live swarm. It connects again by itself; what is shown stays while the connection is away. */
export function useSwarm(token: string, onSignedOut: () => void): { swarm: Swarm; connection: ConnectionState } {
  const [swarm, setSwarm] = useState<Swarm>(emptySwarm)
  const [connection, setConnection] = useState<ConnectionState>('connecting')

  useEffect(() => {
    let isOver = false
    let socket: WebSocket | undefined
    let retry: number | undefined
    let wait = 500

    const connect = () => {
      const address = new URL('/ws', location.href)
      address.protocol = address.protocol.replace('http', 'ws')
      socket = new WebSocket(address)
      socket.addEventListener('open', () => {
        socket?.send(JSON.stringify({ type: 'authenticate', token }))
      })
      socket.addEventListener('message', (event: MessageEvent<string>) => {
        const message = JSON.parse(event.data) as ServerMessage
        wait = 500
        setConnection('live')
        setSwarm((before) => applyMessage(before, message))
      })
      socket.addEventListener('close', ({ code }) => {
        if (isOver) return
        if (code === unauthenticated) {
          onSignedOut()
          return
        }
        setConnection('lost')
        retry = window.setTimeout(connect, wait * (0.5 + Math.random() / 2))
        wait = Math.min(wait * 2, 8_000)
      })
    }
    connect()
    return () => {
      isOver = true
      window.clearTimeout(retry)
      socket?.close()
    }
  }, [token, onSignedOut])

  return { swarm, connection }
}

import { useEffect, useRef, useState } from 'react'
import { applyMessage, emptySwarm, type ServerMessage, type Swarm } from './model.ts'

export type ConnectionState = 'connecting' | 'live' | 'lost'

const unauthenticated = 4401
const topics = ['agents', 'tasks', 'costs']
const longestWait = 8_000

/**
 * The live swarm. It connects again by itself and continues after the last message that it saw; what is shown stays while the connection is
 * away.
 * @param onRefused the token is no longer good: a new one is needed
 */
export function useSwarm(token: string, onRefused: () => void): { swarm: Swarm; connection: ConnectionState } {
  const [swarm, setSwarm] = useState<Swarm>(emptySwarm)
  const [connection, setConnection] = useState<ConnectionState>('connecting')
  const live = useRef<{ socket?: WebSocket; token: string; lastId?: string }>({ token })

  // A fresh token goes to the open socket before the old one expires.
  useEffect(() => {
    const { socket } = live.current
    live.current.token = token
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'authenticate', token }))
  }, [token])

  useEffect(() => {
    let isOver = false
    let retry: number | undefined
    let wait = 500
    const connect = () => {
      const address = new URL('/ws', location.href)
      address.protocol = address.protocol.replace('http', 'ws')
      const socket = new WebSocket(address)
      live.current.socket = socket
      socket.addEventListener('open', () => {
        const { token: present, lastId } = live.current
        socket.send(JSON.stringify({ type: 'authenticate', token: present }))
        socket.send(JSON.stringify({ type: 'subscribe', topics, ...(lastId === undefined ? {} : { since: lastId }) }))
      })
      socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
        const message = JSON.parse(data) as ServerMessage
        if (message.id !== undefined) live.current.lastId = message.id
        wait = 500
        setConnection('live')
        setSwarm((before) => applyMessage(before, message))
      })
      socket.addEventListener('close', ({ code }) => {
        if (isOver) return
        setConnection('lost')
        if (code === unauthenticated) onRefused()
        retry = window.setTimeout(connect, wait * (0.5 + Math.random() / 2))
        wait = Math.min(wait * 2, longestWait)
      })
    }
    connect()
    return () => {
      isOver = true
      window.clearTimeout(retry)
      live.current.socket?.close()
    }
  }, [onRefused])

  return { swarm, connection }
}

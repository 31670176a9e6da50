import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { textFrame } from './frame.ts'

it('a frame is read as the text that it was made of, at every length where its form changes, also between other messages', async () => {
  const server = createServer()
  const sockets = new WebSocketServer({ server })
  const texts = [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]
    .map((length) => 'x'.repeat(length))
    .concat('Grüße, 世界 🎈')
  sockets.on('connection', (socket, request) => {
    for (const text of texts) {
      request.socket.write(textFrame(text))
      socket.send('between')
    }
    socket.close(4000)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`)
  const received: string[] = []
  client.on('message', (data: Buffer, isBinary) => received.push(`${isBinary ? 'binary ' : ''}${data.toString()}`))
  const [code] = (await once(client, 'close')) as [number]
  expect(code).toBe(4000)
  expect(received).toEqual(texts.flatMap((text) => [text, 'between']))
  server.close()
})

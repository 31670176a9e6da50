import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '#shared/testing/freePort.ts'
import { type KubectlFixture, startKubectlFixture } from './testing/kubectlFixture.ts'
import { poll, shell } from './testing/nodeFixture.ts'

let fixture: KubectlFixture
beforeAll(async () => {
  fixture = await startKubectlFixture()
  await fixture.run('box', {
    volumes: [{ name: 'data', emptyDir: {} }],
    containers: [
      shell('echo started; exec sleep 100000', {
        env: [{ name: 'WHERE', value: '/data/file' }],
        volumeMounts: [{ name: 'data', mountPath: '/data' }],
      }),
    ],
  })
})
afterAll(() => fixture.stop())

describe('kubectl logs', () => {
  it('follows a container across lines, stamps them, and ends with the container', async () => {
    const count = 'for i in 1 2 3 4 5; do echo line $i; sleep 0.3; done'
    await fixture.run('counter', { restartPolicy: 'Never', containers: [shell(`${count}; sleep 1`)] })
    const follow = fixture.start(['logs', '-f', '--timestamps', 'counter'])
    expect(await follow.ended).toBe(0)
    const lines = follow.output().trim().split('\n')
    expect(lines.map((line) => line.replace(/^\S+ /, ''))).toEqual([1, 2, 3, 4, 5].map((number) => `line ${number}`))
    expect(lines[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z line 1$/)
    // kubectl sends whole seconds.
    const second = lines[4]?.slice(0, 19) ?? ''
    const since = lines.filter((line) => line.slice(0, 19) >= second).map((line) => `${line.replace(/^\S+ /, '')}\n`)
    expect((await fixture.kubectl(['logs', 'counter', `--since-time=${second}Z`])).stdout).toBe(since.join(''))
    expect(since.length).toBeLessThan(5)
    expect((await fixture.kubectl(['logs', 'counter', '--tail=2'])).stdout).toBe('line 4\nline 5\n')
    expect((await fixture.kubectl(['logs', 'counter', '--limit-bytes=8'])).stdout).toBe('line 1\nl')
    expect((await fixture.kubectl(['logs', 'counter', '--since=1h'])).stdout).toContain('line 1\n')
  })

  it('shows the run before with --previous', async () => {
    await fixture.kubectl(['run', 'phoenix', '--image=busybox', '--', 'sh', '-c', 'echo life $$; sleep 1; exit 1'])
    const again = await fixture.kubectl([
      'wait',
      '--for=jsonpath={.status.containerStatuses[0].restartCount}=1',
      'pod/phoenix',
      '--timeout=40s',
    ])
    expect(again.stderr).toBe('')
    expect((await fixture.kubectl(['logs', 'phoenix', '--previous'])).stdout).toMatch(/^life /)
    expect((await fixture.kubectl(['logs', 'box', '--previous'])).stderr).toContain(
      'previous terminated container "main" in pod "box" not found',
    )
    await fixture.kubectl(['delete', 'pod', 'phoenix', '--now'])
  })

  it('merges the pods of a selector with a prefix while following', async () => {
    for (const name of ['left', 'right']) {
      await fixture.run(name, { containers: [shell(`echo from ${name}; exec sleep 100000`)] }, { group: 'both' })
    }
    const follow = fixture.start(['logs', '-f', '-l', 'group=both', '--prefix'])
    await follow.untilOutput('[pod/left/main] from left')
    await follow.untilOutput('[pod/right/main] from right')
    follow.child.kill()
  })

  it('asks for the container where there are several', async () => {
    const containers = [
      shell('exec sleep 1000', { name: 'one' }),
      shell('echo second; exec sleep 1000', { name: 'two' }),
    ]
    await fixture.run('pair', { containers })
    expect((await fixture.kubectl(['logs', 'pair', '-c', 'two'])).stdout).toBe('second\n')
    expect((await fixture.kubectl(['logs', 'pair', '-c', 'three'])).stderr).toContain(
      'container three is not valid for pod pair',
    )
  })
})

describe('kubectl exec', () => {
  it('passes input, both outputs and the exit code', async () => {
    const result = await fixture.kubectl(
      ['exec', '-i', 'box', '--', 'sh', '-c', 'cat; echo problem >&2; exit 42'],
      'some input\n',
    )
    expect(result).toMatchObject({ code: 42, stdout: 'some input\n' })
    expect(result.stderr).toContain('problem')
  })

  it('runs in the surroundings of the container: variables and mounted paths', async () => {
    const written = await fixture.kubectl(['exec', 'box', '--', 'sh', '-c', 'echo content > "$WHERE"; cat /data/file'])
    expect(written.stdout).toBe('content\n')
  })

  it('says that a program does not exist', async () => {
    const result = await fixture.kubectl(['exec', 'box', '--', 'no-such-program'])
    expect(result.code).not.toBe(0)
    expect(result.stderr).toContain('exec: "no-such-program": executable file not found in $PATH')
  })

  it('carries large data in both directions without loss', async () => {
    const data = randomBytes(24 * 1024 * 1024)
    const hash = createHash('sha256').update(data).digest('hex')
    const counted = await fixture.kubectl(['exec', '-i', 'box', '--', 'sha256sum'], data)
    expect(counted.stdout).toContain(hash)
    const back = await fixture.kubectl(['exec', '-i', 'box', '--', 'base64', '-w0'], data)
    expect(Buffer.from(back.stdout, 'base64').equals(data)).toBe(true)
  })

  it('gives a terminal with a size', async () => {
    // script provides kubectl with a terminal of its own.
    const kubectl = fixture.start(['exec', '-i', 'box', '--', 'sh', '-c', 'test -t 0 && echo terminal || echo none'])
    await kubectl.untilOutput('none')
    const { default: pty } = await import('@lydell/node-pty')
    const spawnArguments = kubectl.child.spawnargs
    const terminal = pty.spawn(
      spawnArguments[0] ?? '',
      ['exec', '-it', 'box', '--', 'sh', '-c', 'stty size; read line; echo "got $line"; exit 5'],
      {
        cols: 97,
        rows: 31,
        env: {
          KUBECONFIG: join(fixture.folder, 'state', 'kubeconfig'),
          HOME: fixture.folder,
          TERM: 'xterm',
          PATH: process.env['PATH'],
        },
      },
    )
    let output = ''
    terminal.onData((data) => (output += data))
    const exited = new Promise<number>((resolve) => terminal.onExit(({ exitCode }) => resolve(exitCode)))
    expect(await poll(() => (output.includes('31 97') ? true : undefined))).toBe(true)
    terminal.write('hello\r')
    expect(await exited).toBe(5)
    expect(output).toContain('got hello')
  })

  it('ends the program when the client goes away', async () => {
    const marker = `marker-${process.pid}`
    const kubectl = fixture.start(['exec', 'box', '--', 'sh', '-c', `echo up; exec sleep 98765.${process.pid}`])
    await kubectl.untilOutput('up')
    kubectl.child.kill('SIGKILL')
    const isGone = await poll(async () => {
      const { stdout } = await fixture.kubectl(['exec', 'box', '--', 'sh', '-c', 'ps axo args'])
      return stdout.includes(`sleep 98765.${process.pid}`) ? undefined : true
    })
    expect(isGone, marker).toBe(true)
  })
})

describe('kubectl attach and run', () => {
  it('shows what a container prints from now on', async () => {
    await fixture.run('ticker', { containers: [shell('while :; do echo tick; sleep 0.2; done')] })
    const attached = fixture.start(['attach', 'ticker'])
    await attached.untilOutput('tick\ntick')
    attached.child.kill()
    await fixture.kubectl(['delete', 'pod', 'ticker', '--now'])
  })

  it('feeds the input of a container that reads', async () => {
    const args = [
      'run',
      'reader',
      '-i',
      '--rm',
      '--restart=Never',
      '--image=busybox',
      '--',
      'sh',
      '-c',
      'read line; echo "read: $line"; sleep 1',
    ]
    const result = await fixture.kubectl(args, 'words\n')
    expect(result.stdout).toContain('read: words')
  })
})

describe('kubectl cp', () => {
  it('copies files and folders into a volume and back', async () => {
    const source = join(fixture.folder, 'source')
    await mkdir(join(source, 'deep'), { recursive: true })
    await writeFile(join(source, 'deep', 'file.bin'), randomBytes(100_000))
    expect(await fixture.kubectl(['cp', source, 'box:/data/copied'])).toMatchObject({ code: 0 })
    const back = join(fixture.folder, 'back')
    expect(await fixture.kubectl(['cp', 'box:/data/copied', back])).toMatchObject({ code: 0 })
    const [sent, received] = await Promise.all(
      [source, back].map((folder) => readFile(join(folder, 'deep', 'file.bin'))),
    )
    expect(received).toEqual(sent)
    const whole = join(fixture.folder, 'whole')
    expect(await fixture.kubectl(['cp', 'box:/data', whole])).toMatchObject({ code: 0 })
    expect(await readFile(join(whole, 'copied', 'deep', 'file.bin'))).toEqual(sent)
  })
})

describe('kubectl port-forward', () => {
  it('carries PostgreSQL connections to the pod', async () => {
    await fixture.run('database', {
      containers: [
        {
          name: 'postgres',
          image: 'postgres:16',
          env: [{ name: 'POSTGRES_PASSWORD', value: 'secret' }],
          readinessProbe: { exec: { command: ['pg_isready'] }, periodSeconds: 1 },
        },
      ],
    })
    const port = await freePort()
    const forward = fixture.start(['port-forward', 'pod/database', `${port}:5432`])
    await forward.untilOutput('Forwarding from')
    const clients = [1, 2, 3].map(() => new Client({ host: '127.0.0.1', port, user: 'postgres', password: 'secret' }))
    await Promise.all(clients.map((client) => client.connect()))
    for (const client of clients) {
      const { rows } = await client.query<{ size: number }>(
        "SELECT length(repeat('x', 3000000)) AS size, repeat('y', 3000000) AS text",
      )
      expect(rows[0]?.size).toBe(3_000_000)
    }
    await Promise.all(clients.map((client) => client.end()))
    forward.child.kill()
    const psql = await fixture.kubectl(['exec', 'database', '--', 'psql', '-Atc', 'SELECT current_user'])
    expect(psql).toMatchObject({ code: 0, stdout: 'postgres\n' })
    const dump = await fixture.kubectl(['exec', 'database', '--', 'pg_dump', '--version'])
    expect(dump.stdout).toContain('pg_dump (PostgreSQL)')
  })

  it('reports a port that nothing listens on and keeps forwarding', async () => {
    const port = await freePort()
    const forward = fixture.start(['port-forward', 'pod/box', `${port}:9`])
    await forward.untilOutput('Forwarding from')
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    await once(socket, 'close')
    await forward.untilOutput('error forwarding port 9')
    forward.child.kill()
  })
})

describe('older clients, which speak SPDY', () => {
  const spdy = { KUBECTL_REMOTE_COMMAND_WEBSOCKETS: 'false', KUBECTL_PORT_FORWARD_WEBSOCKETS: 'false' }

  it('run commands with input, output, errors and exit code', async () => {
    const data = randomBytes(3 * 1024 * 1024)
    const hash = createHash('sha256').update(data).digest('hex')
    const script = 'sha256sum; echo problem >&2; exit 9'
    const result = await fixture.kubectl(['exec', '-i', 'box', '--', 'sh', '-c', script], data, spdy)
    expect(result.code).toBe(9)
    expect(result.stdout).toContain(hash)
    expect(result.stderr).toContain('problem')
    const output = await fixture.kubectl(['exec', 'box', '--', 'sh', '-c', 'seq 1 200000'], '', spdy)
    expect(output.stdout.trimEnd().split('\n').length).toBe(200_000)
  })

  it('forward ports', async () => {
    const reply = `require('node:http').createServer((_, response) => response.end('x'.repeat(1e6))).listen(8080)`
    const readinessProbe = { httpGet: { port: 8080 }, periodSeconds: 1 }
    await fixture.run('web', { containers: [{ name: 'web', image: 'node:24', args: ['-e', reply], readinessProbe }] })
    const port = await freePort()
    const forward = fixture.start(['port-forward', 'pod/web', `${port}:8080`], spdy)
    await forward.untilOutput('Forwarding from')
    for (let request = 0; request < 5; request += 1) {
      expect((await (await fetch(`http://127.0.0.1:${port}/`)).text()).length).toBe(1e6)
    }
    forward.child.kill()
  })
})

describe('kubectl top', () => {
  it('shows measured usage of pods and of the node', async () => {
    const pods = await poll(async () => {
      const { code, stdout } = await fixture.kubectl(['top', 'pods'])
      return code === 0 && stdout.includes('box') ? stdout : undefined
    })
    expect(pods).toMatch(/^box\s+\d+m\s+\d+Mi/m)
    expect((await fixture.kubectl(['top', 'nodes'])).stdout).toMatch(/^sandbox-node\s+\d+m\s+\d+%\s+\d+Mi/m)
  })
})

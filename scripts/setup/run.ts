import { spawn } from 'node:child_process'

export interface RunOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  /** Show its output instead of keeping it. */
  inherit?: boolean
  /** The account it runs as, where it refuses the present one; only root may choose. */
  uid?: number
  gid?: number
}

/** Runs a program without a shell. @throws Error with the end of its output when it exits with anything but 0 */
export function run(program: string, args: string[], options: RunOptions = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: options.inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.gid }),
    })
    let output = ''
    child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (code === 0) resolve(output)
      else
        reject(
          new Error(`${program} ${args[0] ?? ''} ended with ${signal ?? `exit code ${code}`}.\n${output.slice(-8000)}`),
        )
    })
  })
}

/** What a program prints; empty when it cannot be run. */
export function capture(program: string, args: string[]): Promise<string> {
  return run(program, args).catch(() => '')
}

import { startNode, isReady } from './nodeFixture.ts'

// A node as a process of its own, so that a test can kill it. Prints a line when its pods are ready.
const folder = process.argv[2]
if (folder === undefined) throw new Error('the state directory is missing')
const fixture = await startNode({ keep: folder })
await fixture.until('sleeper', isReady)
await fixture.until('database', isReady)
console.log('ready')

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projectRoot } from './setup/projectRoot.ts'
import { run } from './setup/run.ts'

/** A phrase that `docs/style.md` bans, and what to write instead. */
interface Ban {
  phrase: RegExp
  instead: string
  /** Only here; everywhere where nothing is said. */
  in?: RegExp
  /** Only outside of comments: in what people read. */
  isText?: true
}

/** The floors below the nouns: they know of one request and not of the operation it belongs to. */
const lowerFloors = /^(electron\/engine\/(kube|flow|objects|database|storage|rpc|ports|host)|shared)\//

const bans: Ban[] = [
  { phrase: /\bof before\b(?!\))/i, instead: 'previous, earlier' },
  { phrase: /(?<!as )\bof now\b(?!\))/i, instead: 'current' },
  { phrase: /\banew\b/i, instead: 'again; re-create, rebuild, start over' },
  { phrase: /\bin vain\b/i, instead: 'without effect; what happens instead' },
  { phrase: /\bfor ever\b/i, instead: 'forever, indefinitely' },
  { phrase: /\bgo(es)? on\b/i, instead: 'continue, keep running' },
  { phrase: /\b(do|does|did) not fit\b/i, instead: 'is invalid, does not match, is too large' },
  { phrase: /\bbeforehand\b/i, instead: 'first' },
  { phrase: /\ba moment later\b/i, instead: 'shortly afterwards' },
  { phrase: /\bnobody\b/i, instead: 'no one, none, or the field’s term', isText: true },
  { phrase: /\bwhoever\b/i, instead: 'anyone who, the user who', isText: true },
  { phrase: /\bmeanwhile\b/i, instead: 'in between, by someone else', isText: true },
  { phrase: /\bspeaks? of\b/i, instead: 'shows, is about', isText: true },
  { phrase: /\bis looked at\b/i, instead: 'who checks what, and when', isText: true },
  {
    phrase: /nothing was changed/i,
    instead: 'say it where the whole operation is known, or not at all',
    in: lowerFloors,
  },
]

/** Where a banned phrase stays, and why. */
const allowed: { file: RegExp; text: RegExp; reason: string }[] = [
  { file: /^scripts\/style\.test\.ts$/, text: /./, reason: 'the list itself' },
  { file: /^(docs\/style|CONTRIBUTING)\.md$/, text: /./, reason: 'names the phrases' },
  { file: /^server\/database\/migrations\//, text: /./, reason: 'an applied migration is never edited' },
  {
    file: /^server\/database\/knowledgeSeed\.ts$/,
    text: /./,
    reason: 'sample data that stored vectors were made from',
  },
  {
    file: /^(server|electron|shared)\//,
    text: /['":/@ ]nobody['":/@}-]|const nobody|await nobody/,
    reason: 'the user of that name',
  },
  { file: /^server\/api\//, text: /changed-meanwhile/, reason: 'a stable code of the API' },
]

const isComment = (line: string) => /^\s*(\/\/|\/?\*|#|--)/.test(line)
const isTest = (file: string) => /\.test\.tsx?$|\/testing\/|^electron\/e2e\//.test(file)

function faultsIn(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, index) =>
    bans
      .filter(({ phrase, in: only }) => phrase.test(line) && (only === undefined || only.test(file)))
      .filter(({ isText }) => !isText || !(isComment(line) || isTest(file)))
      .filter(() => !allowed.some((each) => each.file.test(file) && each.text.test(line)))
      .map(({ instead }) => `${file}:${index + 1}: ${line.trim().slice(0, 120)} (${instead})`),
  )
}

describe('texts', () => {
  it('use none of the phrases that docs/style.md bans', async () => {
    const listed = await run('git', ['ls-files', '-z', '--', '*.ts', '*.tsx', '*.md', '*.yaml', '*.yml'], {
      cwd: projectRoot,
    })
    const files = listed.split('\0').filter((file) => file && !file.startsWith('resources/manifests/rendered/'))
    const faults = files.flatMap((file) => faultsIn(file, readFileSync(join(projectRoot, file), 'utf8')))
    expect(files.length).toBeGreaterThan(1000)
    expect(faults).toEqual([])
  })

  it('are judged by what people read, and by the floor that says it', () => {
    expect(faultsIn('renderer/a.tsx', "'The data of before is live'")).toHaveLength(1)
    expect(faultsIn('renderer/a.tsx', '// nobody waits for it')).toEqual([])
    expect(faultsIn('renderer/a.tsx', "title: 'Nobody waits for it'")).toHaveLength(1)
    expect(faultsIn('electron/engine/kube/a.ts', "'No answer. Nothing was changed.'")).toHaveLength(1)
    expect(faultsIn('electron/engine/nouns/deploy/a.ts', "'The plan is too old. Nothing was changed.'")).toEqual([])
    expect(faultsIn('renderer/a.ts', 'for (const row of before) rows.add(row)')).toEqual([])
  })
})

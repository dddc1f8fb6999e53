import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { memoryStore } from '@sallyport/adapters-memory'
import { clientEventTypes, refusalReasons } from '@sallyport/core'
import { sql } from 'kysely'
import { beforeAll, describe, expect, test } from 'vitest'
import { acts } from '../../examples/tour/src/acts.ts'
import { play } from '../../examples/tour/src/play.ts'
import type { Act, Scene } from '../../examples/tour/src/scene.ts'
import { type Terminal, wantsColor } from '../../examples/tour/src/terminal/terminal.ts'
import { prove } from '../../examples/tour/src/walk.ts'
import {
  freshPrefix,
  hostKysely,
  mysqlUnavailable,
  mysqlUrl,
  postgresUnavailable,
  postgresUrl,
  temporaryFolder,
} from '../contract/databases.ts'
import { describeOn } from '../contract/under-vitest.ts'

function runTour(...args: readonly string[]) {
  const run = spawnSync(process.execPath, ['examples/tour/src/main.ts', ...args], { encoding: 'utf8' })
  return { ...run, lines: run.stdout.split('\n') }
}

const scenes = acts.flatMap((act) => act.scenes)

describe('the whole tour', () => {
  let tour: ReturnType<typeof runTour>
  beforeAll(() => {
    tour = runTour()
  })

  test('goes as narrated, and leaves out no state, event, refusal, ending, message or record', () => {
    expect(tour.stderr).toBe('')
    expect(tour.status).toBe(0)
    expect(tour.stdout).toMatch(
      new RegExp(`\\n${scenes.length} scenes, \\d+ steps, \\d+ checks: all as narrated\\n`),
    )
    const counted = (name: string) => Number(new RegExp(`^ +(\\d+) ${name}`, 'm').exec(tour.stdout)?.[1])
    expect(counted('events')).toBe(clientEventTypes.length)
    expect(counted('reasons for which an event is refused')).toBe(Object.keys(refusalReasons).length)
  })

  test.each(scenes.map(({ title, name }, index) => [name, title, index] as const))(
    'shows the scene %s',
    (name, title, index) => {
      const headings = tour.lines.filter((line) => line.includes(`  ${index + 1}/${scenes.length}  `))
      expect(headings).toHaveLength(1)
      expect(headings[0]).toContain(`  ${title}  `)
      expect(headings[0]).toMatch(new RegExp(` ${name}$`))
    },
  )

  test('is plain text within its columns where no terminal is', () => {
    expect(tour.stdout).not.toContain('\u001B')
    // A Key URI cannot be broken.
    const tooLong = tour.lines.filter((line) => line.length > 100 && !line.includes('otpauth://'))
    expect(tooLong).toEqual([])
    expect(tour.lines.filter((line) => line !== line.trimEnd())).toEqual([])
  })

  test('is the same each time', () => {
    expect(runTour().stdout).toBe(tour.stdout)
  })
})

/** Twice, since the second tour finds what the first has left. */
function expectTheSameTourTwice(store: string): void {
  const inMemory = runTour('--store', 'memory').stdout
  for (const time of ['first', 'second']) {
    const { status, stdout, stderr } = runTour('--store', store)
    expect({ time, status, stderr }).toEqual({ time, status: 0, stderr: '' })
    expect(stdout).toBe(inMemory)
  }
}

test('the tour against SQLite says the same, to the letter, also the second time', () => {
  const folder = temporaryFolder()
  try {
    expectTheSameTourTwice(`sqlite:${join(folder.path, 'tour.db')}`)
  } finally {
    folder.remove()
  }
})

function storeInSchema(dialect: 'postgres' | 'mysql', schema: string): string {
  const url = new URL(dialect === 'postgres' ? postgresUrl : mysqlUrl)
  if (dialect === 'postgres') url.searchParams.set('options', `-c search_path=${schema}`)
  else url.pathname = `/${schema}`
  return url.href.replaceAll('+', '%20') // pg reads no plus as a blank
}

for (const [name, dialect, unavailable] of [
  ['PostgreSQL', 'postgres', postgresUnavailable],
  ['MariaDB', 'mysql', mysqlUnavailable],
] as const) {
  describeOn(`the tour against ${name}`, await unavailable(), () => {
    test('says the same, to the letter, also the second time', async () => {
      // A schema of its own: other tours may be under way on the same server.
      const schema = `${freshPrefix()}tour`
      const host = hostKysely(dialect, 1)
      await sql`create schema ${sql.id(schema)}`.execute(host)
      try {
        expectTheSameTourTwice(storeInSchema(dialect, schema))
      } finally {
        const cascade = dialect === 'postgres' ? sql` cascade` : sql``
        await sql`drop schema ${sql.id(schema)}${cascade}`.execute(host)
        await host.destroy()
      }
    })
  })
}

test('every scene that is written is on the tour, under a name of its own', async () => {
  const files = readdirSync('examples/tour/src/scenes')
  const modules = await Promise.all(
    files.map((file): Promise<Record<string, Act>> => {
      const path = resolve('examples/tour/src/scenes', file)
      return import(/* @vite-ignore */ path)
    }),
  )
  expect(new Set(modules.flatMap((module) => Object.values(module)))).toEqual(new Set(acts))
  expect(new Set(scenes.map(({ name }) => name)).size).toBe(scenes.length)
  for (const { name } of scenes) expect(name).toMatch(/^[a-z]+(-[a-z]+)*$/)
})

describe('the command line', () => {
  test('lists every scene, in order', () => {
    const { status, lines } = runTour('--list')
    expect(status).toBe(0)
    const listed = lines.flatMap((line) => /^ {2}(\S+) +(.+)$/.exec(line)?.slice(1, 3) ?? [])
    expect(listed).toEqual(scenes.flatMap(({ name, title }) => [name, title]))
  })

  test('plays the scenes that are named, and says so', () => {
    const { status, stdout } = runTour('--scene', 'busy', '--scene', 'lock')
    expect(status).toBe(0)
    expect(stdout).toContain('Locks  1/2  ')
    expect(stdout).toContain('Endings  2/2  ')
    expect(stdout).toMatch(/\n2 scenes, /)
  })

  test.each([['--help'], ['-h']])('%s says what there is', (flag) => {
    const { status, stdout } = runTour(flag)
    expect(status).toBe(0)
    for (const store of ['sqlite:FILE', 'postgres://', 'mysql://']) expect(stdout).toContain(store)
    for (const option of ['--list', '--scene', '--interactive', '--store', '--help'])
      expect(stdout).toContain(option)
  })

  test.each([
    [['--scene', 'nowhere'], 'no such scene: nowhere'],
    [['--scene'], '--scene'],
    [['--fast'], '--fast'],
    [['lock'], 'lock'],
    [['--store', 'oracle://ana@db'], 'no such store: oracle://ana@db'],
    [['--store', 'sqlite:'], 'no such store: sqlite:'],
    [['--store', 'oracle://ana:secret@db'], 'no such store: oracle://ana:…@db'],
  ])('%j is refused with the reason and the usage', (args, reason) => {
    const { status, stderr, stdout } = runTour(...args)
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toContain(reason)
    expect(stderr).toContain('npm run tour -- --list')
    expect(stderr).not.toMatch(/\n\s+at /)
  })

  test('colors are for terminals, and not for those who want none', () => {
    expect(wantsColor({ isTTY: true }, {})).toBe(true)
    expect(wantsColor({ isTTY: true }, { NO_COLOR: '' })).toBe(true) // empty is unset: no-color.org
    expect(wantsColor({ isTTY: true }, { NO_COLOR: '1' })).toBe(false)
    expect(wantsColor({}, {})).toBe(false)
  })
})

describe('a tour that does not go as narrated stops', () => {
  const silent: Terminal = {
    width: 100,
    isColored: false,
    line: () => undefined,
    paint: (_tone, text) => text,
  }
  const playOne = (play_: Scene['play'], isWhole = false) =>
    play([{ title: 'Test', scenes: [{ name: 'test', title: 'A test', play: play_ }] }], {
      terminal: silent,
      makeStore: memoryStore,
      isWhole,
    })

  test('when a claim does not hold', async () => {
    const scene = playOne(async ({ check }) => check('the earth is flat', false))
    await expect(scene).rejects.toThrow('test: this does not hold: the earth is flat')
  })

  test('when a flow ends in another state', async () => {
    const scene = playOne(async ({ open }) => void (await (await open()).login('challenging')))
    await expect(scene).rejects.toThrow('test: the flow should be challenging and is authenticated')
  })

  test('when an event is refused that should be taken, or for another reason, or is taken', async () => {
    const sending = (proof: 'right' | 'wrong', refused?: 'proof_rejected' | 'proof_malformed') =>
      playOne(async ({ open }) => {
        const ana = await open({ enrolled: ['authenticator'] })
        const [login] = await ana.login('challenging')
        const code = proof === 'right' ? ana.appCode() : ana.wrongCode()
        await login.send(prove(code), proof === 'right' ? 'authenticated' : 'challenging', refused)
      })
    await expect(sending('wrong')).rejects.toThrow('should be taken, and was refused as proof_rejected')
    await expect(sending('wrong', 'proof_malformed')).rejects.toThrow('refused as proof_malformed, and was')
    await expect(sending('right', 'proof_rejected')).rejects.toThrow(
      'refused as proof_rejected, and was taken',
    )
    await expect(sending('right')).resolves.toBeUndefined()
  })

  test('when something breaks', async () => {
    const scene = playOne(() => Promise.reject(new TypeError('broken')))
    await expect(scene).rejects.toThrow('test: broken')
  })

  test('when it is to be whole and leaves something out', async () => {
    const scene = playOne(async ({ open }) => void (await (await open()).login('authenticated')), true)
    await expect(scene).rejects.toThrow(/^the tour has left out: state selecting, .*refusal busy/)
  })
})

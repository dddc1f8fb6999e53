import { parseArgs } from 'node:util'
import { acts } from './acts.ts'
import { playYourself } from './interactive/play-yourself.ts'
import { createPrompt } from './interactive/prompt.ts'
import { openStore } from './open-store.ts'
import { play } from './play.ts'
import type { Act } from './scene.ts'
import { type Terminal, terminal } from './terminal/terminal.ts'

const USAGE = `A tour of Sallyport in the terminal: every path of a second factor, shown and checked.

  npm run tour                          all scenes, in their order
  npm run tour -- --list                their names
  npm run tour -- --scene NAME          one scene; may be given several times
  npm run tour -- --interactive         a login on your own phone, with the real clock
  npm run tour -- --store STORE         the scenes against another store than memory, which is the default:
                                        sqlite:FILE, postgres://USER@HOST/DATABASE, mysql://USER@HOST/DATABASE
  npm run tour -- --help                this text

The clock, the codes and the messages of the scenes are staged; nothing is sent. In memory nothing is kept; in a
database the tour makes tables that begin with sallyport_tour_, and may be walked again. The exit code is 0 when
everything went as narrated. Set NO_COLOR=1 for no colors.`

/** What the command line asks for cannot be done. */
class UsageError extends Error {}

function parseCommand(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        interactive: { type: 'boolean', short: 'i' },
        help: { type: 'boolean', short: 'h' },
        list: { type: 'boolean', short: 'l' },
        scene: { type: 'string', short: 's', multiple: true },
        store: { type: 'string', default: 'memory' },
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

/** What was typed may be the address of a database. */
const withoutPassword = (text: string): string => text.replace(/:[^:@/]*@/, ':…@')

/** The acts with these scenes alone. */
function select(names: readonly string[]): readonly Act[] {
  const known = acts.flatMap(({ scenes }) => scenes.map(({ name }) => name))
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0) throw new UsageError(`no such scene: ${unknown.join(', ')}; --list shows all`)
  return acts
    .map(({ title, scenes }) => ({ title, scenes: scenes.filter(({ name }) => names.includes(name)) }))
    .filter(({ scenes }) => scenes.length > 0)
}

function list({ line, paint }: Terminal): void {
  const width = Math.max(...acts.flatMap(({ scenes }) => scenes.map(({ name }) => name.length)))
  for (const { title, scenes } of acts) {
    line(paint('title', title))
    for (const scene of scenes) line(`  ${scene.name.padEnd(width)}  ${paint('dim', scene.title)}`)
  }
}

async function main(): Promise<void> {
  const command = parseCommand(process.argv.slice(2))
  const screen = terminal(process.stdout, process.env)
  if (command.help) return screen.line(USAGE)
  if (command.list) return list(screen)
  if (command.interactive) return playYourself(screen, createPrompt(process.stdin, process.stdout))
  const selected = command.scene === undefined ? acts : select(command.scene)
  const store = await openStore(command.store)
  if (store === undefined) throw new UsageError(`no such store: ${withoutPassword(command.store)}`)
  try {
    const { makeStore } = store
    await play(selected, { terminal: screen, makeStore, isWhole: command.scene === undefined })
  } finally {
    await store.close()
  }
}

// A reader that has seen enough, such as `head`, is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))

try {
  await main()
} catch (error) {
  const isUsage = error instanceof UsageError
  console.error(isUsage ? `${error.message}\n\n${USAGE}` : error)
  process.exitCode = isUsage ? 2 : 1
}

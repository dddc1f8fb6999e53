import { ConfigError } from '@sallyport/core'
import { parseCommandLine, USAGE } from './command-line.ts'
import { readConfig } from './config/read-config.ts'
import { createDemo } from './create-demo.ts'
import { openStore } from './open-store.ts'
import { serve } from './serve.ts'
import { startUpText } from './start-up-text.ts'
import { UsageError } from './usage-error.ts'

const PURGE_EVERY_MS = 3_600_000

async function main(): Promise<void> {
  const command = parseCommandLine(process.argv.slice(2))
  if (command.isHelp) return print(USAGE)
  const { isDev } = command
  const stopped = stopSignal() // heard from the start on
  const config = readConfig(command.config)
  const opened = await openStore(command.store, process.env)
  try {
    const onError = (error: unknown) => console.error(error)
    const demo = await createDemo({ config, opened, isDev, onError })
    const server = await serve(demo.listener, command)
    print(startUpText({ ...server, config, place: opened.place, isDev }))
    const purging = setInterval(() => void demo.purge().catch(onError), PURGE_EVERY_MS)
    await stopped
    clearInterval(purging)
    await server.close()
  } finally {
    config.senders.close()
    await opened.close()
  }
}

const print = (text: string): void => void process.stdout.write(`${text}\n`)

/** Resolves at the first signal to stop; the second one ends the process at once, as if nobody had listened. */
const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })

try {
  await main()
} catch (error) {
  const isFaulty = error instanceof UsageError || error instanceof ConfigError
  console.error(isFaulty ? error.message : error)
  process.exitCode = isFaulty ? 2 : 1
}

import { parseArgs } from 'node:util'
import { UsageError } from './usage-error.ts'

export const USAGE = `A login server with two-factor authentication.

  npm start                        on http://127.0.0.1:3000, with two users and a SQLite file
  npm start -- --port N            on another port; 0 takes a free one
  npm start -- --host HOST         on another address than 127.0.0.1
  npm start -- --store STORE       memory, sqlite:FILE, postgres://USER@HOST/DATABASE or mysql://USER@HOST/DATABASE
  npm start -- --config FILE.json  policy, users, senders and paths of your own; see examples/demo/README.md
  npm start -- --dev               adds /dev for tests, to this machine only: the outbox, the clock, the users
  npm start -- --help              this text

SALLYPORT_KEYS ("k1:…", 32 random bytes in base64url) gives the keys in place of those that are made on the first start.`

/** What the command line asks for. */
export interface Command {
  readonly port: number
  readonly host: string
  /** Null: the file that is the default. */
  readonly store: string | null
  readonly config: string | null
  readonly isDev: boolean
  readonly isHelp: boolean
}

const DEFAULT_PORT = '3000'
const MAX_PORT = 65_535

/** @throws {UsageError} */
export function parseCommandLine(args: readonly string[]): Command {
  const values = parse(args)
  const port = /^\d{1,5}$/.test(values.port) ? Number(values.port) : Number.NaN
  if (!(port <= MAX_PORT)) throw new UsageError(`--port must be a number from 0 to ${MAX_PORT}`)
  if (values.host === '') throw new UsageError('--host must be an address')
  return {
    port,
    host: values.host,
    store: values.store ?? null,
    config: values.config ?? null,
    isDev: values.dev,
    isHelp: values.help,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        port: { type: 'string', short: 'p', default: DEFAULT_PORT },
        host: { type: 'string', default: '127.0.0.1' },
        store: { type: 'string' },
        config: { type: 'string' },
        dev: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PASSWORD } from '../open-better-auth.ts'
import { drive, type LoginForm } from './drive.ts'
import { layOut, type Round, toResult, writeResults } from './login-results.ts'
import { type Server, startServer } from './start-server.ts'

const ROUNDS = 5
/** Rounds before them, which are not counted. */
const WARM_UP = 1
/** Logins of a round: one at a time, and many at once. */
const ALONE = 32
const TOGETHER = 128
const CONNECTIONS = 16

interface Contender {
  readonly name: string
  readonly program: URL
  readonly args: readonly string[]
  readonly form: LoginForm
}

const sallyport: LoginForm = {
  passwordPath: '/login',
  passwordBody: (email) => ({ email, password: PASSWORD }),
  codePath: '/tf-validate',
  codeBody: (code) => ({ code }),
  isLoggedIn: (body) => body.includes('"user":'),
}

const betterAuth: LoginForm = {
  passwordPath: '/api/auth/sign-in/email',
  passwordBody: (email) => ({ email, password: PASSWORD }),
  codePath: '/api/auth/two-factor/verify-totp',
  codeBody: (code) => ({ code }),
  isLoggedIn: (body) => body.includes('"token":"'),
}

const ours = new URL('./serve-ours.ts', import.meta.url)
const peer = new URL('./serve-better-auth.ts', import.meta.url)

const contenders: readonly Contender[] = [
  { name: 'sallyport, sealed sessions', program: ours, args: ['sealed'], form: sallyport },
  { name: 'sallyport, stored sessions', program: ours, args: ['stored'], form: sallyport },
  { name: 'better-auth', program: peer, args: [], form: betterAuth },
]

/** Measures the whole login over HTTP, round by round, each contender in turn, and lays the results out. */
export async function compareLogins(output: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-http-'))
  const perRound = ALONE + TOGETHER
  const count = String((WARM_UP + ROUNDS) * perRound) // each user logs in once: a code works once
  const entrants = await Promise.all(
    contenders.map(async ({ program, args, ...contender }, index) => {
      const server = await startServer(program, [join(folder, `${index}.db`), count, ...args])
      return { ...contender, server, rounds: [] as Round[] }
    }),
  )
  for (let round = 0; round < WARM_UP + ROUNDS; round += 1) {
    for (const { server, form, rounds } of entrants) {
      const users = server.users.slice(round * perRound, (round + 1) * perRound)
      const measured = await measureRound({ ...server, users }, form)
      if (round >= WARM_UP) rounds.push(measured)
    }
  }
  for (const { server } of entrants) await server.stop()
  rmSync(folder, { recursive: true })
  const results = entrants.map(({ name, rounds }) => toResult(name, rounds))
  writeResults(output, results)
  return layOut(results)
}

async function measureRound({ origin, users, cpuMs }: Server, form: LoginForm): Promise<Round> {
  const alone = await drive(origin, form, users.slice(0, ALONE), 1)
  const before = await cpuMs()
  const together = await drive(origin, form, users.slice(ALONE), CONNECTIONS)
  return { alone, together, cpuMs: ((await cpuMs()) - before) / TOGETHER }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { memoryStore } from '@sallyport/adapters-memory'
import { type ClientEvent, createTwoFactor, type Step, type User } from '@sallyport/core'
import { type SimulatedAuthenticator, simulatedAuthenticator } from '@sallyport/testkit'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import type { Answer } from '../../examples/websocket/src/messages.ts'
import { type Client, openClient } from '../../examples/websocket/src/open-client.ts'
import { type ServeOptions, serve } from '../../examples/websocket/src/serve.ts'
import { startExample } from './start-example.ts'

vi.setConfig({ testTimeout: 60_000 }) // some tests start processes

const PASSWORD = 'correct horse battery staple'
const EMAIL = 'bob@acme.test'
const STEP_MS = 30_000

/** A server in this process, with one user, who has an authenticator unless said otherwise. */
async function begin({
  isEnrolled = true,
  ...options
}: Partial<ServeOptions> & { isEnrolled?: boolean } = {}) {
  let bob: User = { id: 'bob', label: EMAIL, email: EMAIL, securityStamp: '1', active: true }
  const findUser = (id: string) => (id === bob.id ? bob : undefined)
  const twoFactor = createTwoFactor({
    policy: { issuer: 'Acme', methods: ['authenticator'], required: true },
    store: memoryStore(),
    keys: { ring: [{ id: 'test', secret: new Uint8Array(32).fill(7) }] },
    findUser,
  })
  const dummies: string[] = []
  const errors: unknown[] = []
  const serving = await serve(
    {
      twoFactor,
      findUser,
      async verifyPassword(email, password) {
        if (email === 'broken@acme.test') throw new Error('the database is away')
        if (email !== EMAIL) return { kind: 'unknown_user' }
        return password === PASSWORD ? { kind: 'verified', userId: 'bob' } : { kind: 'rejected' }
      },
      dummyVerify: (password) => dummies.push(password),
      onError: (error) => errors.push(error),
    },
    { port: 0, ...options },
  )
  onTestFinished(() => serving.close())
  const connect = async (): Promise<Client> => {
    const client = await openClient(serving.url)
    onTestFinished(() => client.close())
    return client
  }
  const restamp = () => {
    bob = { ...bob, securityStamp: '2' }
  }
  return { url: serving.url, connect, dummies, errors, restamp, app: isEnrolled ? await enroll() : undefined }

  async function enroll(): Promise<SimulatedAuthenticator> {
    const { provisioning } = await twoFactor.users.enroll('bob', { method: 'authenticator' })
    if (provisioning?.kind !== 'app') throw new Error('no app')
    return simulatedAuthenticator(provisioning.uri)
  }
}

function stepOf(answer: Answer): Step {
  if (answer.type !== 'step') throw new Error(JSON.stringify(answer))
  return answer.step
}

const proof = (code = ''): ClientEvent => ({ type: 'proof_submitted', proof: code })

describe('a login', () => {
  test('serves nothing before the code, and the application after it', async () => {
    const { connect, app } = await begin()
    const client = await connect()
    const closed = { type: 'error', reason: 'not_logged_in' }
    expect(await client.me()).toMatchObject(closed)
    expect(await client.send(proof('123456'))).toMatchObject({ reason: 'no_flow' })
    const step = stepOf(await client.login(EMAIL, PASSWORD))
    expect(step).toMatchObject({ state: 'challenging', challenge: { method: 'authenticator' } })
    expect(await client.me()).toMatchObject(closed)
    const wrong = stepOf(await client.send(proof(app?.wrongCodeAt(Date.now()))))
    expect(wrong.refusal).toMatchObject({ reason: 'proof_rejected' })
    expect(await client.me()).toMatchObject(closed)
    expect(stepOf(await client.send(proof(app?.codeAt(Date.now())))).state).toBe('authenticated')
    expect(await client.me()).toMatchObject({ type: 'me', email: EMAIL })
    expect(await client.login(EMAIL, PASSWORD)).toMatchObject({ reason: 'already_logged_in' })
  })

  test('enrolls a user who has nothing yet', async () => {
    const { connect } = await begin({ isEnrolled: false })
    const client = await connect()
    expect(stepOf(await client.login(EMAIL, PASSWORD)).state).toBe('enrolling')
    const event = { type: 'enrollment_requested', method: 'authenticator' } as const
    const step = stepOf(await client.send(event))
    if (step.state !== 'enrolling' || step.provisioning?.kind !== 'app') throw new Error(step.state)
    const app = simulatedAuthenticator(step.provisioning.uri)
    expect(stepOf(await client.send(proof(app.codeAt(Date.now())))).state).toBe('authenticated')
    expect(await client.me()).toMatchObject({ email: EMAIL })
  })

  test('a wrong password and an unknown user are one answer, after one check each', async () => {
    const { connect, dummies } = await begin()
    const client = await connect()
    const expected = { type: 'error', reason: 'credentials_invalid' }
    expect(await client.login(EMAIL, 'wrong')).toMatchObject(expected)
    expect(await client.login('eve@acme.test', PASSWORD)).toMatchObject(expected)
    expect(dummies).toEqual([PASSWORD])
  })

  test('a password that was changed since ends what the connection may see', async () => {
    const { connect, app, restamp } = await begin()
    const client = await connect()
    await client.login(EMAIL, PASSWORD)
    await client.send(proof(app?.codeAt(Date.now())))
    expect(await client.me()).toMatchObject({ type: 'me' })
    restamp()
    expect(await client.me()).toMatchObject({ reason: 'not_logged_in' })
  })
})

describe('connections come and go', () => {
  test('a flow goes on over a new connection, by its token', async () => {
    const { connect, app } = await begin()
    const first = await connect()
    const { flow } = stepOf(await first.login(EMAIL, PASSWORD))
    first.close()
    await expect(first.me()).rejects.toThrow('ended')
    const second = await connect()
    expect(stepOf(await second.resume(flow)).state).toBe('challenging')
    expect(stepOf(await second.send(proof(app?.codeAt(Date.now())))).state).toBe('authenticated')
    expect(await second.me()).toMatchObject({ email: EMAIL })
  })

  test('a flow that has ended logs nobody else in who resumes it', async () => {
    const { connect, app } = await begin()
    const first = await connect()
    const { flow } = stepOf(await first.login(EMAIL, PASSWORD))
    await first.send(proof(app?.codeAt(Date.now())))
    const thief = await connect()
    expect(stepOf(await thief.resume(flow))).not.toHaveProperty('outcome')
    expect(await thief.me()).toMatchObject({ reason: 'not_logged_in' })
    expect(stepOf(await thief.send(proof(app?.codeAt(Date.now() + STEP_MS)))).refusal).toMatchObject({
      reason: 'flow_ended',
    })
    expect(await thief.me()).toMatchObject({ reason: 'not_logged_in' })
  })

  test('two connections of one flow with one code at once: one of them is logged in', async () => {
    const { connect, app } = await begin()
    const [first, second] = [await connect(), await connect()]
    const { flow } = stepOf(await first.login(EMAIL, PASSWORD))
    await second.resume(flow)
    const event = proof(app?.codeAt(Date.now()))
    await Promise.all([first.send(event), second.send(event)])
    const seen = await Promise.all([first.me(), second.me()])
    expect(seen.map(({ type }) => type).sort()).toEqual(['error', 'me'])
  })

  test('two logins at once do not see each other', async () => {
    const { connect, app } = await begin()
    const [first, second] = [await connect(), await connect()]
    await Promise.all([first.login(EMAIL, PASSWORD), second.login(EMAIL, PASSWORD)])
    await first.send(proof(app?.codeAt(Date.now())))
    expect(await second.me()).toMatchObject({ reason: 'not_logged_in' })
    expect(stepOf(await second.send(proof(app?.codeAt(Date.now() + STEP_MS)))).state).toBe('authenticated')
  })
})

describe('a hostile client', () => {
  /** Opens a bare socket, sends texts, and gives every answer, and the code that it was closed with. */
  async function bare(url: string, sent: readonly (string | Uint8Array<ArrayBuffer>)[], answers: number) {
    const socket = new WebSocket(url)
    onTestFinished(() => socket.close())
    const seen: Answer[] = []
    await new Promise((resolve) => socket.addEventListener('open', resolve))
    return new Promise<{ seen: readonly Answer[]; code: number | null }>((resolve) => {
      socket.addEventListener('close', ({ code }) => resolve({ seen, code }))
      socket.addEventListener('message', ({ data }) => {
        seen.push(JSON.parse(String(data)) as Answer)
        if (seen.length === answers) resolve({ seen, code: null })
      })
      for (const each of sent) socket.send(each)
    })
  }

  test.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no id', '{"type":"me"}'],
    ['an id that is none', '{"id":-1,"type":"me"}'],
    ['an unknown type', '{"id":1,"type":"logout"}'],
    ['a field too many', '{"id":1,"type":"me","admin":true}'],
    ['a password that is none', `{"id":1,"type":"login","email":"${EMAIL}","password":{"$ne":""}}`],
    ['bytes', new TextEncoder().encode('{"id":1,"type":"me"}')],
  ])('%s is answered as malformed, and the connection stays', async (_what, text) => {
    const { url } = await begin()
    const { seen } = await bare(url, [text, '{"id":7,"type":"me"}'], 2)
    expect(seen).toEqual([
      { id: null, type: 'error', reason: 'malformed' },
      { id: 7, type: 'error', reason: 'not_logged_in' },
    ])
  })

  test.each([
    ['an event of the engine’s', { type: 'proof_accepted', methodData: null }, 'event_malformed'],
    ['no event', null, 'event_malformed'],
    ['an event that does not fit', { type: 'recovery_codes_requested' }, 'event_not_accepted'],
  ])('%s is refused by core, and does not log in', async (_what, event, reason) => {
    const { connect } = await begin()
    const client = await connect()
    await client.login(EMAIL, PASSWORD)
    expect(stepOf(await client.send(event as ClientEvent)).refusal).toMatchObject({ reason })
    expect(await client.me()).toMatchObject({ reason: 'not_logged_in' })
  })

  test('a token that is none resumes nothing', async () => {
    const { connect } = await begin()
    expect(await (await connect()).resume('k1.AAAA.BBBB')).toMatchObject({ reason: 'no_flow' })
  })

  test('a long message closes the connection, and no other', async () => {
    const { url, connect } = await begin()
    const bystander = await connect()
    expect(await bare(url, ['x'.repeat(20_000)], 1)).toEqual({ seen: [], code: 1009 })
    expect(await bystander.me()).toMatchObject({ reason: 'not_logged_in' })
  })

  test('a flood closes the connection', async () => {
    const { url } = await begin()
    const me = '{"id":1,"type":"me"}'
    expect((await bare(url, new Array(200).fill(me), 200)).code).toBe(1008)
  })

  test('a connection over which nobody logs in is closed, and one that has logged in stays', async () => {
    const { url, connect, app } = await begin({ loginWithinMs: 3_000 })
    const client = await connect()
    await client.login(EMAIL, PASSWORD)
    await client.send(proof(app?.codeAt(Date.now())))
    expect(await bare(url, [], 1)).toEqual({ seen: [], code: 1008 })
    expect(await client.me()).toMatchObject({ email: EMAIL })
  })

  test('an error of the host’s is told to the host, and to the client only that it was so', async () => {
    const { connect, errors } = await begin()
    const answer = await (await connect()).login('broken@acme.test', PASSWORD)
    expect(answer).toEqual({ id: 1, type: 'error', reason: 'internal_error' })
    expect(errors).toHaveLength(1)
  })
})

test('the terminal client enrolls by a mailed code, server and client in processes of their own', async () => {
  const example = await startExample('websocket', () => [process.execPath, 'src/main.ts'])
  onTestFinished(async () => void (await example.stop()))
  const cwd = fileURLToPath(new URL('../../examples/websocket/', import.meta.url))
  const client = spawn(process.execPath, ['src/client.ts', `ws://127.0.0.1:${example.port}`], { cwd })
  onTestFinished(() => void client.kill())
  let output = ''
  const asked = async (question: string): Promise<void> => {
    const signal = AbortSignal.timeout(30_000)
    while (!output.includes(question)) await once(client.stdout, 'data', { signal })
    output = ''
  }
  client.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  const type = (line: string) => client.stdin.write(`${line}\n`)
  await asked('E-mail')
  type('ada@acme.test')
  await asked('Password')
  type('analytical-engine')
  await asked('Enroll: authenticator, email')
  type('email')
  await asked('Code by email')
  type(/\b\d{6}\b/.exec(example.output())?.[0] ?? 'no code')
  await asked('Logged in as ada@acme.test.')
  const [code] = await once(client, 'close')
  expect(code).toBe(0)
})

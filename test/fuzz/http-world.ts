import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import { memoryStore } from '@sallyport/adapters-memory'
import type { Change, Store } from '@sallyport/core'
import { simulatedAuthenticator } from '@sallyport/testkit'
import { ORIGIN, PASSWORD } from '../http/deployment.ts'
import { deployPages } from '../pages/deploy-pages.ts'
import { type Actor, GUESS } from './actor.ts'
import { type Client, headersOf, newClient, type Outgoing } from './http-client.ts'
import { type Act, moveOf, requestOf } from './http-moves.ts'
import { requestOnPage } from './http-pages.ts'
import { learn, tallied } from './learn.ts'
import { mutate } from './mutate.ts'
import { readAnswer } from './read-answer.ts'
import { createSecrets } from './secrets.ts'

/** No answer may take longer, in milliseconds: a hundred times what one takes on a busy machine. */
const MAX_ANSWER_MS = 30_000

/** As many as a browser would follow. */
const MAX_REDIRECTS = 5

/** Where a page sends the recovery codes that it shows, to get them as a file. */
const CODES_FILE = '/tf-pages/recovery-codes'

/** What Node tells of everything that is written to the console. */
const CONSOLE = ['log', 'info', 'warn', 'error', 'debug'].map((method) => `console.${method}`)

/** How often each thing was seen. */
export type Tally = Map<string, number>

/**
 * Plays one session of two users and a stranger, some of it by JSON and some on pages, against a server of its own.
 * It looks at every answer, and at all that is stored, logged, observed or written to the console.
 *
 * @param seen - Counts what was asked, what was answered, and which states the flows came to.
 * @returns How many requests were sent.
 * @throws {Error} For a 500, a hang, an answer that is none of ours, or a secret where none may be.
 */
export async function playSession(acts: readonly Act[], seen: Tally): Promise<number> {
  const kept: string[] = []
  const keepLine = (args: unknown): void => void kept.push(`console ${inspect(args)}`)
  for (const channel of CONSOLE) subscribe(channel, keepLine)
  try {
    return await play(acts, seen, kept)
  } finally {
    for (const channel of CONSOLE) unsubscribe(channel, keepLine)
  }
}

async function play(acts: readonly Act[], seen: Tally, kept: string[]): Promise<number> {
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1)
  const keep = (where: string) => (value: unknown) => void kept.push(`${where} ${JSON.stringify(value)}`)
  const memory = memoryStore()
  const keepChange = keep('store')
  const store: Store = {
    ...memory,
    commit(change: Change) {
      keepChange(change)
      if (change.flow !== undefined) count(`state ${change.flow.value.state}`)
      return memory.commit(change)
    },
  }
  const secrets = createSecrets()
  secrets.hide(PASSWORD, GUESS, Buffer.alloc(32, 7).toString('base64url').slice(0, 42))
  const { http, errors, clock, outbox, user, given, twoFactor } = deployPages({
    store,
    policy: {
      remember: { days: 7 },
      rescue: { email: {}, help: 'help@acme.test' },
      throttle: { failuresPerLock: 3 },
    },
    engine: { observer: { observe: keep('observer') }, flowLog: { append: keep('flow log') } },
  })
  const clients = { bob: newClient('bob'), eve: newClient('eve'), nobody: newClient('nobody') }
  for (const id of ['bob', 'eve']) user(id)

  const enroll = async (client: Client): Promise<void> => {
    const { provisioning } = await twoFactor.users.enroll(client.id, { method: 'authenticator' })
    if (provisioning?.kind !== 'app') return
    secrets.hide(provisioning.secret, provisioning.groupedSecret)
    client.apps.push(simulatedAuthenticator(provisioning.uri))
  }
  await enroll(clients.bob)
  await given.factor('bob', 'sms', '+15550100')
  const codes = await twoFactor.recoveryCodes.generate('bob')
  clients.bob.recoveryCodes.push(...codes)
  secrets.hide(...codes, ...codes.map((code) => code.replaceAll('-', '')))

  const actorOf = (client: Client, pick: number): Actor => ({
    id: client.id,
    code() {
      if (pick % 3 > 0) clock.advance({ seconds: 30 }) // the app's next code
      const message = outbox.sent.findLast((one) => one.message.kind === 'code')
      const app = client.apps.at(pick % 5 === 0 ? -1 : 0)
      const isApp = client.method === 'authenticator' && app !== undefined
      const code = isApp ? app.codeAt(clock.now()) : codeIn(message?.message.text ?? '')
      client.lastCode = code
      secrets.hide(code)
      return code
    },
    lastCode: () => client.lastCode,
    recoveryCode: () => client.recoveryCodes[pick % (client.recoveryCodes.length || 1)] ?? 'AAAA',
    setupToken: () => client.setupToken,
    device: () => client.devices.at(-1) ?? 'none',
    enrollment: () => client.enrollments[pick % (client.enrollments.length || 1)] ?? 'none',
    pick: (items) => items[pick % items.length] as (typeof items)[number], // there are items
  })

  const send = async (
    client: Client,
    { method, path, headers, body }: Outgoing,
  ): Promise<Response | null> => {
    const url = `${ORIGIN}${path}`
    if (!URL.canParse(url)) return null
    const hasBody = method !== 'GET' && method !== 'HEAD' && body !== undefined
    const request = new Request(url, { method, headers, redirect: 'manual', ...(hasBody ? { body } : {}) })
    const reply = await within(MAX_ANSWER_MS, http.fetch(request), () => `${method} ${path}`)
    sent++
    const text = await reply.text()
    try {
      if (errors.length > 0) throw new Error(errors.map(String).join())
      const answer = readAnswer(request, reply, text)
      const { pathname } = new URL(url)
      const isOwnFile = pathname === CODES_FILE && answer.as === 'other' // gives back what the page has sent
      const secret = isOwnFile ? undefined : secrets.inAnswer(`${text} ${JSON.stringify([...reply.headers])}`)
      if (secret !== undefined) throw new Error(`it holds ${secret}`)
      for (const what of tallied(pathname, reply.status, answer)) count(what)
      learn(client, { pathname, reply, answer }, secrets)
    } catch (cause) {
      throw new Error(`${method} ${path} ${reply.status} ${String(cause)}: ${text}`, { cause })
    }
    return reply
  }
  /** What a browser does: it goes where it is led. */
  const browse = async (client: Client, outgoing: Outgoing): Promise<void> => {
    let reply = await send(client, outgoing)
    for (let count = 0; reply?.status === 303 && count < MAX_REDIRECTS; count++) {
      const path = reply.headers.get('location') ?? ''
      const headers = headersOf(client)
      headers.set('accept', 'text/html')
      reply = await send(client, { method: 'GET', path, headers, body: undefined })
    }
  }
  let sent = 0

  for (const act of acts) {
    switch (act.does) {
      case 'stray': {
        const client = clients[act.who as keyof typeof clients]
        const headers = headersOf(client)
        headers.set('accept', 'application/json')
        if (act.hasCsrf) headers.set('x-csrf-token', client.csrf)
        if (act.body.type !== '') headers.set('content-type', act.body.type)
        for (const [name, text] of Object.entries(act.headers)) headers.set(name, text)
        await send(client, { method: act.method, path: act.path, headers, body: act.body.body })
        break
      }
      case 'move': {
        const client = clients[act.who as keyof typeof clients]
        const other = client === clients.bob ? clients.eve : clients.bob
        const move = requestOf(moveOf(act.name, client.situation, act.pick), actorOf(client, act.pick))
        await send(client, mutate(act.mutation, { client, other }, move, 'json'))
        break
      }
      case 'page': {
        const client = clients[act.who as keyof typeof clients]
        const other = client === clients.bob ? clients.eve : clients.bob
        const move = requestOnPage(client.page, act, actorOf(client, act.pick))
        await browse(client, mutate(act.mutation, { client, other }, move, 'form'))
        break
      }
      case 'wait':
        clock.advance({ seconds: act.seconds })
        break
      case 'misdeliver':
        outbox.next(act.how)
        break
      case 'host':
        user('bob', act.facts)
        break
      case 'unlock':
        await twoFactor.users.unlock('bob')
        break
      case 'reset':
        await twoFactor.users.reset('bob')
        break
      case 'enroll':
        await enroll(clients.bob).catch(() => undefined) // a profile that is full
        break
    }
  }
  for (const { message } of outbox.sent) {
    if (message.kind === 'code') secrets.hide(codeIn(message.text))
  }
  const all = kept.join('\n')
  const secret = secrets.inKept(all)
  if (secret !== undefined) {
    const line = kept.find((one) => one.includes(secret))
    throw new Error(`what is kept holds ${secret}: ${line}`)
  }
  return sent
}

/** The code in a message; without one a guess. */
const codeIn = (text: string): string => /(?<!\d)\d{6}(?!\d)/.exec(text)?.[0] ?? GUESS

/** Waits for an answer, but not for ever. */
async function within<Value>(ms: number, answer: Promise<Value>, what: () => string): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms: ${what()}`)), ms)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

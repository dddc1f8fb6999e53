import { memoryStore } from '@sallyport/adapters-memory'
import type { Change, Store } from '@sallyport/core'
import { simulatedAuthenticator } from '@sallyport/testkit'
import { deploy, ORIGIN, PASSWORD } from '../http/deployment.ts'
import { type Client, headersOf, newClient, type Outgoing, situationAfter } from './http-client.ts'
import { type Act, type Actor, GUESS, moveOf, requestOf } from './http-moves.ts'
import { mutate } from './mutate.ts'
import { createSecrets } from './secrets.ts'

/** No answer may take longer, in milliseconds: a hundred times what one takes on a busy machine. */
const MAX_ANSWER_MS = 5_000

/** The only failure of the server itself that a client may see: nobody can make a mail arrive. */
const UNDELIVERED = 'delivery_failed'

/** How often each thing was seen. */
export type Tally = Map<string, number>

/**
 * Plays one session of two users and a stranger against a server of its own, and looks at every answer and at
 * all that is kept.
 *
 * @param seen - Counts what was asked, what was answered, and which states the flows came to.
 * @returns How many requests were sent.
 * @throws {Error} For a 500, a hang, an answer that is no envelope, or a secret where none may be.
 */
export async function playSession(acts: readonly Act[], seen: Tally): Promise<number> {
  const count = (what: string): void => void seen.set(what, (seen.get(what) ?? 0) + 1)
  const kept: string[] = []
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
  const { http, errors, clock, outbox, user, given, twoFactor } = deploy({
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

  const learn = (client: Client, text: string, reply: Response): void => {
    for (const cookie of reply.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (/max-age=0(;|$)/i.test(cookie)) client.cookies.delete(name)
      else client.cookies.set(name, value)
      secrets.tellOnce(value)
    }
    const { response = {} } = JSON.parse(text) as { response?: Record<string, unknown> } // an envelope, checked before
    const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
    if (textOf(response['csrf_token']) !== '') client.csrf = textOf(response['csrf_token'])
    const told = ['tf_state_token', 'tf_flow_token', 'tf_authr_b32key', 'tf_authr_key'].map((name) =>
      textOf(response[name]),
    )
    const { authentication_token: bearer } = (response['user'] ?? {}) as Record<string, unknown> // likewise
    secrets.tellOnce(...told, textOf(bearer))
    client.method = textOf(response['tf_method']) || client.method
    if (told[0]) client.setupToken = told[0]
    const uri = textOf(response['tf_authr_uri'])
    if (uri !== '') client.apps.unshift(simulatedAuthenticator(uri))
    if (Array.isArray(response['recovery_codes'])) {
      const fresh = response['recovery_codes'].map(textOf)
      client.recoveryCodes.splice(0, Number.POSITIVE_INFINITY, ...fresh)
      secrets.tellOnce(...fresh, ...fresh.map((code) => code.replaceAll('-', '')))
    }
    const ids = (list: unknown): string[] =>
      Array.isArray(list) ? list.map((one: { readonly id?: unknown }) => textOf(one.id)) : []
    if ('devices' in response) client.devices = ids(response['devices'])
    if ('tf_enrollments' in response) client.enrollments = ids(response['tf_enrollments'])
  }

  const send = async (client: Client, { method, path, headers, body }: Outgoing): Promise<void> => {
    const url = `${ORIGIN}${path}`
    if (!URL.canParse(url)) return
    const hasBody = method !== 'GET' && method !== 'HEAD' && body !== undefined
    const request = new Request(url, { method, headers, ...(hasBody ? { body } : {}) })
    const reply = await within(MAX_ANSWER_MS, http.fetch(request), () => `${method} ${path}`)
    sent++
    const text = await reply.text()
    const told = () => `${method} ${path} ${reply.status} ${text}`
    if (errors.length > 0) throw new Error(`${told()} ${errors.map(String).join()}`)
    const pathname = new URL(url).pathname
    if (pathname.startsWith('/openapi') || method === 'HEAD') return count(`${reply.status}`)
    const { meta, response } = JSON.parse(text) as {
      meta?: { code?: number }
      response?: { reason?: string }
    } // an envelope, or this fails
    if (meta?.code !== reply.status) throw new Error(`no envelope: ${told()}`)
    if (reply.status >= 500 && response?.reason !== UNDELIVERED) throw new Error(told())
    const secret = secrets.inAnswer(text) ?? secrets.inAnswer(JSON.stringify([...reply.headers]))
    if (secret !== undefined) throw new Error(`an answer holds ${secret}: ${told()}`)
    count(`${reply.status}`)
    count(`${reply.status} ${response?.reason ?? 'taken'}`)
    count(`at ${/^\/[\w-]*/.exec(pathname)?.[0] ?? pathname} ${Math.floor(reply.status / 100)}xx`)
    learn(client, text, reply)
    client.situation = situationAfter(client.situation, pathname, reply.status, text)
  }
  let sent = 0

  for (const act of acts) {
    switch (act.does) {
      case 'stray': {
        const client = clients[act.who as keyof typeof clients]
        const headers = headersOf(client, act.hasCsrf)
        if (act.body.type !== '') headers.set('content-type', act.body.type)
        for (const [name, text] of Object.entries(act.headers)) headers.set(name, text)
        await send(client, { method: act.method, path: act.path, headers, body: act.body.body })
        break
      }
      case 'move': {
        const client = clients[act.who as keyof typeof clients]
        const other = client === clients.bob ? clients.eve : clients.bob
        const { method, path, body } = requestOf(
          moveOf(act.name, client.situation, act.pick),
          actorOf(client, act.pick),
        )
        await send(client, mutate(act.mutation, client, other, { method, path, body }))
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

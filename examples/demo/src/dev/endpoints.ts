import type { TwoFactor } from '@sallyport/core'
import type { Html } from '@sallyport/pages'
import { z } from 'zod'
import type { OutboxMessage } from '../delivery.ts'
import type { MovableClock } from '../movable-clock.ts'
import type { People } from '../people.ts'
import { outboxPage, wantsPage } from './outbox-page.ts'

interface DevPorts {
  readonly clock: MovableClock
  readonly people: People
  readonly outbox: readonly OutboxMessage[]
  readonly twoFactor: Pick<TwoFactor, 'users'>
  readonly renderPage: (title: string, content: Html) => Promise<Response>
}

type Fetch = (request: Request) => Promise<Response>

const MAX_ADVANCE_SECONDS = 10 * 366 * 86_400
const MAX_BODY_CHARACTERS = 16_384

const clockBody = z.strictObject({ advance_seconds: z.int().min(0).max(MAX_ADVANCE_SECONDS) })
const passwordBody = z.strictObject({ password: z.string().min(1).max(2_048) })

/** What a test needs that a user must never have: the messages, the clock, and what happens to users elsewhere. */
export function createDevEndpoints({ clock, people, outbox, twoFactor, renderPage }: DevPorts): Fetch {
  const actions: Readonly<Record<string, (id: string, request: Request) => Promise<Response>>> = {
    async reset(id) {
      await twoFactor.users.reset(id)
      return answer(200, { id })
    },
    async stamp(id) {
      people.restamp(id)
      return answer(200, { id })
    },
    async deactivate(id) {
      people.deactivate(id)
      return answer(200, { id })
    },
    async password(id, request) {
      const body = await readBody(request, passwordBody)
      if ('errors' in body) return answer(400, body)
      await people.setPassword(id, body.password)
      return answer(200, { id })
    },
  }

  const advance: Fetch = async (request) => {
    const body = await readBody(request, clockBody)
    return 'errors' in body ? answer(400, body) : answer(200, { now: clock.advance(body.advance_seconds) })
  }

  const showOutbox: Fetch = async (request) =>
    wantsPage(request) ? renderPage('Outbox', outboxPage(outbox)) : answer(200, outbox)

  return async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/dev/outbox') return onlyBy('GET', request, showOutbox)
    if (pathname === '/dev/clock') return onlyBy('POST', request, advance)
    const [, encodedId = '', name = ''] = USER_ACTION.exec(pathname) ?? []
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined
    if (action === undefined) return answer(404, { error: 'there is no such endpoint' })
    const id = decode(encodedId)
    if (!people.has(id)) return answer(404, { error: 'there is no such user' })
    return onlyBy('POST', request, () => action(id, request))
  }
}

const USER_ACTION = /^\/dev\/users\/([^/]+)\/([a-z]+)$/

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return ''
  }
}

async function onlyBy(method: string, request: Request, run: Fetch): Promise<Response> {
  if (request.method === method) return run(request)
  return answer(405, { error: `only ${method} is allowed` }, { allow: method })
}

/** A body, or what is wrong with it, by field. */
async function readBody<Body>(
  request: Request,
  schema: z.ZodType<Body>,
): Promise<Body | { readonly errors: Readonly<Record<string, string>> }> {
  const text = await request.text()
  if (text.length > MAX_BODY_CHARACTERS) return { errors: { '': 'is too long' } }
  const parsed = schema.safeParse(parseJson(text))
  if (parsed.success) return parsed.data
  return {
    errors: Object.fromEntries(parsed.error.issues.map(({ path, message }) => [path.join('.'), message])),
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function answer(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  return Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } })
}

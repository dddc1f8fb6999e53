import { type Session, sealedSessions } from '@sallyport/http'
import { fakeClock } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { deploy, PASSWORD } from './deployment.ts'

const user = { id: 'bob', label: 'bob', securityStamp: 'stamp-of-bob', active: true }
const session = {
  userId: 'bob',
  firstFactorAt: 1,
  firstFactorChannel: 'email',
  secondFactorAt: 2,
  csrf: null,
  amr: ['pwd'],
  renews: null,
} as const

const decode = (part: string) => Buffer.from(part, 'base64url').toString()
const key = (id: string, fill: number) => ({ id, secret: new Uint8Array(32).fill(fill) })
const request = (cookie = '') => new Request('https://acme.test/', { headers: { cookie } })
const cookieOf = ({ cookies = [] }: { readonly cookies?: readonly string[] }) =>
  cookies[0]?.split(';')[0] ?? ''

describe('sealed sessions', () => {
  const clock = fakeClock()
  const create = (...ring: readonly ReturnType<typeof key>[]) => {
    const [first = key('a', 1), ...older] = ring
    return sealedSessions({ keys: { ring: [first, ...older] }, findUser: () => user, clock })
  }

  test('what is sealed is read back, and nobody else can read it', async () => {
    const sessions = create()
    const grant = await sessions.create(session, request())
    const cookie = cookieOf(grant)
    expect(await sessions.read(request(cookie))).toMatchObject({
      userId: 'bob',
      firstFactorAt: 1,
      firstFactorChannel: 'email',
      secondFactorAt: 2,
    })
    const [header = '', ...rest] = cookie.replace('session=', '').split('.')
    expect(JSON.parse(decode(header))).toEqual({
      alg: 'dir',
      enc: 'A256GCM',
      kid: 'a',
    })
    expect(rest.map((part) => decode(part)).join()).not.toMatch(/bob|stamp/)
    expect(grant.cookies?.[0]).toMatch(/; Max-Age=43200; Path=\/; HttpOnly; Secure; SameSite=Lax$/)
  })

  test('keys rotate: the first seals, all open, one that has left opens nothing', async () => {
    const cookie = cookieOf(await create(key('old', 1)).create(session, request()))
    expect(await create(key('new', 2), key('old', 1)).read(request(cookie))).toMatchObject({ userId: 'bob' })
    expect(await create(key('new', 2)).read(request(cookie))).toBeNull()
    expect(await create(key('old', 3)).read(request(cookie))).toBeNull()
  })

  test('a session of a user who is inactive, or has another stamp, is nobody’s', async () => {
    const cookie = cookieOf(await create().create(session, request()))
    for (const now of [{ ...user, active: false }, { ...user, securityStamp: 'new' }, null]) {
      const sessions = sealedSessions({ keys: { ring: [key('a', 1)] }, findUser: () => now, clock })
      expect(await sessions.read(request(cookie))).toBeNull()
    }
  })

  test('tampering with any character ends it', async () => {
    const sessions = create()
    const cookie = cookieOf(await sessions.create(session, request()))
    for (let index = 'session='.length; index < cookie.length; index += 3) {
      if (cookie[index] === '.') continue
      const other = cookie[index] === 'A' ? 'Q' : 'A'
      const read = await sessions.read(request(cookie.slice(0, index) + other + cookie.slice(index + 1)))
      expect(read).toBeNull()
    }
  })

  test.each(['', 'x', 'a.b.c.d.e', `eyJhbGciOiJub25lIn0..${'A'.repeat(16)}..`, 'A'.repeat(9000)])(
    'nonsense is nobody: %.20s',
    async (value) => {
      expect(await create().read(request(`session=${value}`))).toBeNull()
    },
  )

  test('proving a factor again does not prolong it', async () => {
    const sessions = create()
    const first = cookieOf(await sessions.create(session, request()))
    clock.advance({ hours: 11 })
    const renews = await sessions.read(request(first))
    const renewed = await sessions.create({ ...session, renews }, request(first))
    expect(renewed.cookies?.[0]).toContain('Max-Age=3600;')
    clock.advance({ hours: 1 })
    expect(await sessions.read(request(cookieOf(renewed)))).toBeNull()
  })
})

test('a host plugs its own sessions: they are read, created and destroyed, and told what core proved', async () => {
  const kept = new Map<string, Session>()
  let next = 0
  const sessions = {
    read: async ({ headers }: Request) =>
      kept.get(/sid=(\d+)/.exec(headers.get('cookie') ?? '')?.[1] ?? '') ?? null,
    create: async (given: Session) => {
      kept.set(String(++next), given)
      return { cookies: [`sid=${next}; Path=/; HttpOnly`] }
    },
    destroy: async ({ headers }: Request) => {
      kept.delete(/sid=(\d+)/.exec(headers.get('cookie') ?? '')?.[1] ?? '')
      return { cookies: ['sid=; Max-Age=0'] }
    },
    cookieName: 'sid',
  }
  const deployment = deploy({ http: { sessions } })
  const { browser } = await deployment.loggedIn('bob')
  expect(kept.get('1')).toMatchObject({
    userId: 'bob',
    amr: ['pwd', 'otp', 'mfa'],
    firstFactorChannel: null,
    secondFactorAt: expect.any(Number),
  })
  expect(await browser.get('/tf-setup')).toMatchObject({ status: 200 })
  deployment.noUser('bob')
  expect(await browser.get('/verify')).toMatchObject({ status: 401 })
  deployment.user('bob', { active: false })
  expect(await browser.get('/verify')).toMatchObject({ status: 401 })
  deployment.user('bob', { active: true })
  await browser.post('/logout')
  expect(kept.size).toBe(0)
})

test('a login by a password alone tells when, and leaves the second factor open', async () => {
  let created: Session | undefined
  const sessions = {
    read: async () => null,
    create: async (given: Session) => {
      created = given
      return {}
    },
    destroy: async () => ({}),
  }
  const { newBrowser, user: add, clock } = deploy({ http: { sessions } })
  add('bob')
  await newBrowser().post('/login', { username: 'bob', password: PASSWORD })
  expect(created).toMatchObject({ firstFactorAt: clock.now(), secondFactorAt: null, amr: ['pwd'] })
})

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deploy, ORIGIN, PASSWORD } from './deployment.ts'

/** Runs, each a server of its own that gets this many requests; of all, at least so many must be sent. */
const RUNS = 420
const REQUESTS_PER_RUN = 50
const LEAST_REQUESTS = 20_000

/** Stands where secrets do; no answer may hold it. */
const PLANTED = 'pLanTed'
const secretFields = ['password', 'passcode', 'code', 'recovery_code', 'csrf_token']

const paths = [
  '/login',
  '/us-signin',
  '/logout',
  '/verify',
  '/tf-validate',
  '/tf-setup',
  '/tf-setup/x',
  '/tf-rescue',
  '/mf-recovery',
  '/mf-recovery-codes',
  '/tf-select',
  '/tf-devices',
  '/tf-devices/x',
  '/openapi.json',
]

const path = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...paths) },
  fc.tuple(fc.constantFrom(...paths), fc.webPath()).map((parts) => parts.join('')),
  fc.tuple(fc.constantFrom(...paths), fc.webQueryParameters()).map((parts) => parts.join('?')),
  fc.constantFrom(
    '/../login',
    '//login',
    '/login/',
    '/%6cogin',
    '/tf-setup/%',
    '/tf-setup/%2e%2e%2flogin',
    '/tf-setup/%ff',
    '/tf-devices/a%2fb',
    '/LOGIN',
    '/login%00',
  ),
  fc.webPath(),
)

/** What a client may put into a field: what belongs there, and what does not. */
const value = fc.oneof(
  fc.constantFrom<unknown>(
    'bob',
    'bob@acme.test',
    PASSWORD,
    'authenticator',
    'email',
    'sms',
    'disable',
    'help',
  ),
  fc.constantFrom<unknown>(
    'recovery_code',
    '+15550100',
    '123456',
    123456,
    7,
    -1,
    1.5,
    1e300,
    true,
    null,
    '',
    ' ',
  ),
  fc.constantFrom<unknown>('١٢٣٤٥٦', '\u0000', '\ud800', '\r\nX: y', '__proto__', 'add', 'x'.repeat(3000)),
  fc.constant<unknown>(PLANTED),
  fc.string({ unit: 'binary' }),
  fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 3 }),
  fc.jsonValue({ maxDepth: 4 }),
)

const fields = fc.dictionary(
  fc.constantFrom(
    ...secretFields,
    ...['email', 'username', 'identity', 'remember', 'setup', 'phone', 'name', 'mode'],
    ...['help_setup', 'which', 'method', '__proto__', 'constructor', 'toString'],
  ),
  value,
  { maxKeys: 6 },
)

const form = fc
  .array(fc.tuple(fc.constantFrom('code', 'password', 'username', 'remember', 'setup', 'a'), fc.string()))
  .map((pairs) => new URLSearchParams(pairs).toString())

const json = 'application/json'
const body = fc.oneof(
  { weight: 6, arbitrary: fields.map((given) => ({ type: json, body: JSON.stringify(given) })) },
  form.map((text) => ({ type: 'application/x-www-form-urlencoded', body: text })),
  fc.uint8Array({ maxLength: 64 }).map((bytes) => ({ type: json, body: new Uint8Array(bytes) })),
  fc.jsonValue().map((given) => ({ type: json, body: JSON.stringify(given) })),
  fc.string().map((text) => ({ type: 'application/x-www-form-urlencoded', body: text })),
  fc.constantFrom(
    { type: json, body: '['.repeat(16_384) },
    { type: json, body: `{"a":${'{"a":'.repeat(3_000)}1${'}'.repeat(3_001)}` },
    { type: json, body: `"${'x'.repeat(20_000)}"` },
    { type: json, body: '{"code":"000000","code":["pLanTed"]}' },
    { type: 'text/plain', body: '{}' },
    { type: 'multipart/form-data; boundary=x', body: '--x--' },
    { type: '', body: '' },
    { type: `${json}; charset=utf-7`, body: '{}' },
  ),
)

const headerText = fc.string({
  unit: fc.constantFrom(...' !"#%&()*+,-./09:;<=>?@AZ[]^_az{|}~é'),
  maxLength: 40,
})
const headers = fc.dictionary(
  fc.constantFrom(
    ...['accept', 'cookie', 'authorization', 'authentication-token', 'x-tf-flow', 'x-csrf-token'],
    ...['origin', 'sec-fetch-site', 'content-length', 'x-forwarded-host', 'x-http-method-override'],
  ),
  fc.oneof(
    headerText,
    fc.constantFrom(
      'application/json',
      'text/html',
      '*/*',
      ORIGIN,
      'same-origin',
      'null',
      `Bearer ${PLANTED}`,
    ),
    fc.constantFrom(
      `session=${PLANTED}`,
      `tf_flow=${PLANTED}; tf_flow=x`,
      'tf_csrf=%',
      'a=b; ; =; tf_validity=..',
      PLANTED,
    ),
  ),
  { maxKeys: 4 },
)

/** Requests that belong somewhere, so that a run also gets past the first refusal. */
const apt = fc.constantFrom(
  ['/login', { username: 'bob', password: PASSWORD, remember: true }],
  ['/tf-validate', { code: '123456' }],
  ['/tf-select', { which: 'authenticator' }],
  ['/tf-rescue', { help_setup: 'help' }],
  ['/tf-rescue', { help_setup: 'email' }],
  ['/mf-recovery', { code: 'AAAA-BBBB' }],
  ['/tf-setup', { setup: 'email', mode: 'add' }],
  ['/tf-setup', { setup: 'sms', phone: '+15550100' }],
  ['/tf-setup', { setup: 'authenticator', name: 'x' }],
  ['/verify', { method: 'authenticator' }],
  ['/verify', { code: '123456' }],
  ['/mf-recovery-codes', {}],
)

const actor = fc.constantFrom('nobody', 'pending', 'signed_in')
const request = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.tuple(actor, apt).map(([who, [to, given]]) => ({
      actor: who,
      method: 'POST',
      path: to,
      headers: {},
      body: { type: json, body: JSON.stringify(given) },
      isOwn: true,
    })),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      actor,
      method: fc.oneof(
        { weight: 6, arbitrary: fc.constantFrom('POST', 'POST', 'GET') },
        { weight: 1, arbitrary: fc.constantFrom('PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'FOO') },
      ),
      path,
      headers,
      body,
      isOwn: fc.boolean(),
    }),
  },
)

test(`no request of ${LEAST_REQUESTS} gives a 500, echoes a secret or breaks an envelope`, {
  timeout: 120_000,
}, async () => {
  let sent = 0
  const seen = new Map<number, number>()
  await fc.assert(
    fc.asyncProperty(
      fc.array(request, { minLength: REQUESTS_PER_RUN, maxLength: REQUESTS_PER_RUN }),
      async (requests) => {
        const { http, errors, loggedIn, newBrowser } = deploy({
          policy: { remember: { days: 7 }, rescue: { email: {}, help: 'help@acme.test' } },
        })
        const signedIn = (await loggedIn('bob')).browser
        const pending = newBrowser()
        await pending.post('/login', { username: 'bob', password: PASSWORD })
        const cookiesOf = { nobody: null, pending, signed_in: signedIn } as const
        for (const {
          actor,
          method,
          path: to,
          headers: given,
          body: { type, body: content },
          isOwn,
        } of requests) {
          const who = cookiesOf[actor]
          const all = new Headers()
          if (who !== null) {
            all.set('cookie', [...who.cookies].map(([name, text]) => `${name}=${text}`).join('; '))
            if (isOwn) all.set('x-csrf-token', who.csrf ?? '')
          }
          const hasBody = method !== 'GET' && method !== 'HEAD'
          if (hasBody && type !== '') all.set('content-type', type)
          for (const [name, text] of Object.entries(given)) all.set(name, text)
          if (!URL.canParse(`${ORIGIN}${to}`)) continue
          const init = { method, headers: all, ...(hasBody ? { body: content } : {}) }
          const reply = await http.fetch(new Request(`${ORIGIN}${to}`, init))
          sent++
          seen.set(reply.status, (seen.get(reply.status) ?? 0) + 1)
          const text = await reply.text()
          const told = `${method} ${to} ${reply.status} ${text}`
          if (errors.length > 0 || reply.status >= 500) throw new Error(`${told} ${errors.join()}`)
          if (text.includes(PLANTED) || JSON.stringify([...reply.headers]).includes(PLANTED))
            throw new Error(`echo: ${told}`)
          if (method !== 'HEAD' && !to.startsWith('/openapi')) {
            const { meta } = JSON.parse(text) as { meta?: { code?: number } } // an envelope, or the test fails
            if (meta?.code !== undefined && meta.code !== reply.status)
              throw new Error(`no envelope: ${told}`)
          }
        }
      },
    ),
    { numRuns: RUNS },
  )
  expect(sent).toBeGreaterThanOrEqual(LEAST_REQUESTS)
  // It has been everywhere: past the parsers, past the sessions, and at every kind of refusal.
  expect([...seen.keys()].toSorted()).toEqual([200, 400, 401, 404, 405, 406, 413, 415, 429])
})

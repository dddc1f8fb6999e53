import fc from 'fast-check'
import { ORIGIN } from '../http/deployment.ts'
import { PLANTED } from './secrets.ts'

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
  '/tf-enrollments/x',
  '/openapi.json',
]

// fast-check's own web paths take seconds to set up: they shrink every byte that could be percent-encoded.
const pathText = fc.string({ unit: fc.constantFrom(..."/abzAZ09-._~!$&'()*+,;=:@%é"), maxLength: 12 })
const queryText = fc.string({ unit: fc.constantFrom(...'abz09-._~&=+%?/[]'), maxLength: 12 })

const path = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...paths) },
  fc.tuple(fc.constantFrom(...paths), pathText).map((parts) => parts.join('/')),
  fc.tuple(fc.constantFrom(...paths), queryText).map((parts) => parts.join('?')),
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
  pathText.map((text) => `/${text}`),
)

/** What a client may put into a field: what belongs there, and what does not. */
const value = fc.oneof(
  fc.constantFrom<unknown>('bob', 'bob@acme.test', 'authenticator', 'email', 'sms', 'disable', 'help'),
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
  fc.string({
    unit: fc.constantFrom(
      ...'a0 \u0000\u0007\u001f\u007f\u0085\u200b\u202e\ufeff\uffff',
      '\ud800',
      '\udfff',
      '\u{1f600}',
    ),
  }),
  fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 3 }),
  fc.jsonValue({ maxDepth: 4 }),
)

const secretFields = ['password', 'passcode', 'code', 'recovery_code', 'csrf_token']

// The password is not among the values: a page shows again what was typed as a name.
const fields = fc.dictionary(
  fc.constantFrom(
    ...secretFields,
    ...['email', 'username', 'identity', 'remember', 'setup', 'phone', 'name', 'mode'],
    ...['help_setup', 'which', 'method', 'resend', '__proto__', 'constructor', 'toString'],
  ),
  value,
  { maxKeys: 6 },
)

/** The same, with what is secret in one of the fields that secrets belong in. */
const planted = fc
  .tuple(fields, fc.constantFrom(...secretFields))
  .map(([given, secret]) => ({ ...given, [secret]: PLANTED }))

const form = fc
  .array(fc.tuple(fc.constantFrom('code', 'password', 'username', 'remember', 'setup', 'a'), fc.string()))
  .map((pairs) => new URLSearchParams(pairs).toString())

const json = 'application/json'
const body = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.oneof(fields, planted).map((given) => ({ type: json, body: JSON.stringify(given) })),
  },
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
      '__Host-tf_csrf=%',
      'a=b; ; =; tf_validity=..',
      PLANTED,
    ),
  ),
  { maxKeys: 4 },
)

/** Who sends a request: a browser with its cookies, or a client that has none. */
export const who = fc.constantFrom('bob', 'bob', 'bob', 'bob', 'eve', 'eve', 'nobody')

/** A request that need not belong anywhere. */
export const strayRequest = fc.record({
  does: fc.constant('stray' as const),
  who,
  method: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('POST', 'POST', 'GET') },
    { weight: 1, arbitrary: fc.constantFrom('PUT', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'FOO') },
  ),
  path,
  headers,
  body,
  hasCsrf: fc.boolean(),
})

/** What is done to a request that belongs where it goes. */
export const mutation = fc.oneof(
  { weight: 14, arbitrary: fc.constant({ by: 'nothing' as const }) },
  { weight: 2, arbitrary: fc.record({ by: fc.constant('field' as const), which: fc.nat(3), value }) },
  { weight: 1, arbitrary: fc.record({ by: fc.constant('no field' as const), which: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ by: fc.constant('headers' as const), headers }) },
  { weight: 1, arbitrary: fc.record({ by: fc.constant('body' as const), body }) },
  {
    weight: 2,
    arbitrary: fc.record({
      by: fc.constant('cookie' as const),
      which: fc.nat(3),
      how: fc.constantFrom(
        'cut' as const,
        'flip' as const,
        'lose' as const,
        "another's" as const,
        'twice' as const,
      ),
      at: fc.nat(200),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ by: 'no csrf' as const }) },
  { weight: 2, arbitrary: fc.constant({ by: 'form' as const }) },
)

/** A mutation of a request. */
export type Mutation = typeof mutation extends fc.Arbitrary<infer Value> ? Value : never

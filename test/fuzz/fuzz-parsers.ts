import { phoneNumbers } from '@sallyport/adapters-delivery'
import { memoryStore } from '@sallyport/adapters-memory'
import { createTwoFactor, keyRing, parseUserId, replay, SallyportError, SnapshotError } from '@sallyport/core'
import fc from 'fast-check'
import { createDeviceTokens } from '../../packages/core/src/crypto/device-token.ts'
import { createFlowTokens } from '../../packages/core/src/crypto/flow-token.ts'
import { parseClientEvent } from '../../packages/core/src/flow/events.ts'
import { parseSnapshot } from '../../packages/core/src/flow/snapshot.ts'
import { advance } from '../../packages/core/src/flow/step.ts'
import type { DeviceId, Digest } from '../../packages/core/src/ids.ts'
import { normalizeCode } from '../../packages/core/src/methods/one-time-code.ts'
import { normalizeRecoveryCode } from '../../packages/core/src/methods/recovery-code.ts'
import { emptyProfile, parseProfile } from '../../packages/core/src/profile/profile.ts'
import { readCookies } from '../../packages/http/src/cookies.ts'
import { createCsrfTokens } from '../../packages/http/src/csrf.ts'
import { bearerTokens } from '../../packages/http/src/sessions/bearer.ts'
import { sealedSessions } from '../../packages/http/src/sessions/sealed-cookie.ts'
import { factsFor, START } from '../model/world.ts'
import { live, lives } from '../replay/random-life.ts'
import { PLANTED } from './secrets.ts'

/** Something that reads what comes from outside, what it is given, and what must hold of it. */
interface Parser {
  readonly name: string
  /** How many inputs it is given for each that a parser usually is: what needs cryptography is slower. */
  readonly share: number
  readonly property: fc.IAsyncProperty<[unknown]>
}

const USER = parseUserId('bob')
const keys = keyRing([{ id: 'k1', secret: new Uint8Array(32).fill(7) }])
const user = { id: 'bob', label: 'bob', securityStamp: 'stamp', active: true }

function parser<Input>(
  name: string,
  inputs: fc.Arbitrary<Input>,
  holds: (input: Input) => void | Promise<void>,
  share = 1,
): Parser {
  const property = fc.asyncProperty(inputs, async (input) => holds(input))
  return { name, share, property: property as unknown as Parser['property'] } // its input is its own business
}

function check(isTrue: boolean, what: string): void {
  if (!isTrue) throw new Error(what)
}

/** Runs what may throw one of our errors, which must not repeat what it was given. */
function safely(expected: new (...args: never[]) => SallyportError, run: () => void): void {
  try {
    run()
  } catch (error) {
    check(error instanceof expected, `${String(error)} is no ${expected.name}`)
    check(!String(error).includes(PLANTED), `${String(error)} repeats its input`)
  }
}

// Half of what is made is text that looks like what belongs there.
const digits = fc.string({
  unit: fc.constantFrom(...'0123456789 -\u00a0\u2212\u0661\uff11+()'),
  maxLength: 24,
})
const nasty = fc.string({
  unit: fc.constantFrom('\u0000', '\ud800', '\u202e', 'é', '\u{1f600}', 'a', '1', '.', ':'),
  maxLength: 24,
})
const text = fc.oneof(digits, nasty, fc.string(), fc.constant('9'.repeat(10_000)))
const anyValue = fc.oneof(
  fc.constantFrom<unknown>(PLANTED, null, -1, 1.5, 2 ** 53, '', [], {}, 'x'.repeat(65)),
  fc.jsonValue({ maxDepth: 3 }),
)
const anyJson = fc.oneof(anyValue, fc.constant<unknown>({ [PLANTED]: PLANTED }))

type Path = readonly string[]

function pathsOf(value: unknown, path: Path = []): readonly Path[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))]
}

function replaced(document: unknown, [first, ...rest]: Path, value: unknown): unknown {
  if (first === undefined) return value
  const inner = document as Readonly<Record<string, unknown>> // the path is one of its own
  const changed = { ...inner, [first]: replaced(inner[first], rest, value) }
  return Array.isArray(document) ? Object.values(changed) : changed
}

/** A document with one of its parts replaced by anything. */
const spoiled = (documents: readonly unknown[], values = anyJson): fc.Arbitrary<unknown> =>
  fc.tuple(fc.nat(documents.length - 1), fc.nat(), values).map(([index, place, value]) => {
    const document = documents[index]
    const paths = pathsOf(document)
    return replaced(document, paths[place % paths.length] ?? [], value)
  })

/** The bytes of a token: base64 has several spellings of one value where it leaves bits unused, and jose reads them all. */
const decoded = (token: string): string =>
  token
    .split('.')
    .map((part) => Buffer.from(part, 'base64url').toString('hex'))
    .join('.')

/** A genuine text with a character changed, cut, doubled, or with more of it. */
const tampered = (genuine: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc
      .tuple(fc.nat(genuine.length - 1), fc.constantFrom(...'AZaz09-_.=+/ é\u0000'))
      .map(([at, char]) => `${genuine.slice(0, at)}${char}${genuine.slice(at + 1)}`),
    fc.nat(genuine.length).map((at) => genuine.slice(0, at)),
    fc.nat(genuine.length).map((at) => `${genuine.slice(0, at)}${genuine.slice(at)}${genuine.slice(at)}`),
    fc.string().map((more) => `${genuine}${more}`),
    text,
  )

async function createParsers(): Promise<readonly Parser[]> {
  // A life long enough that its log holds every kind of entry.
  const [acts = []] = fc.sample(lives(400), { numRuns: 1, seed: 1 })
  const { log } = await live(acts, 'seeds')
  const steps = replay(log).flatMap((flow) => flow.steps)
  const facts = factsFor()

  const phones = phoneNumbers({ defaultRegion: 'DE' })
  const flowTokens = createFlowTokens(keys)
  const flow = flowTokens.mint({ kind: 'login', userId: USER, random: new Uint8Array(32).fill(1) })
  const deviceTokens = createDeviceTokens(keys)
  const at = START
  const device = await deviceTokens.sign({
    userId: USER,
    deviceId: 'd' as DeviceId, // opaque to the token
    epoch: 1,
    stamp: 's' as Digest, // likewise
    issuedAt: at,
    expiresAt: at + 1e9,
  })
  const sealed = { keys, findUser: () => user, clock: { now: () => at, wait: async () => undefined } }
  const sessions = sealedSessions(sealed)
  const bearer = bearerTokens(sealed)
  const session = {
    userId: 'bob',
    amr: ['pwd'],
    firstFactorAt: at,
    firstFactorChannel: null,
    secondFactorAt: null,
    csrf: null,
    renews: null,
  }
  const browser = new Request('https://acme.test/')
  const [cookie = ''] = (await sessions.create(session, browser)).cookies ?? []
  const sealedCookie = /=([^;]+)/.exec(cookie)?.[1] ?? ''
  const authToken = await bearer.issue(session, browser)
  const csrf = createCsrfTokens(keys).resume(null)
  const csrfToken = await csrf.token()
  const isHeader = (value: string): boolean => {
    try {
      new Headers({ cookie: value })
      return true
    } catch {
      return false
    }
  }

  return [
    parser('client events', fc.oneof(anyJson, spoiled(log.flatMap(({ events }) => events))), (input) => {
      const parsed = parseClientEvent(input)
      const field = parsed.kind === 'malformed' ? parsed.field : null
      check(field !== PLANTED, 'a field that the client named is echoed')
    }),
    parser('snapshots', spoiled(steps.map(({ snapshot }) => snapshot)), (input) =>
      safely(SnapshotError, () => {
        const { state, flow: fields } = parseSnapshot(input)
        // What is taken for a snapshot can be gone on with.
        for (const type of ['cancel_requested', 'proof_submitted', 'resend_requested'] as const)
          advance({ state, flow: fields, profile: emptyProfile }, facts, { type, at })
      }),
    ),
    parser('profiles', spoiled(steps.map(({ profile }) => profile)), (input) =>
      safely(SnapshotError, () => void parseProfile(input)),
    ),
    parser(
      'flow logs',
      spoiled(log),
      (input) => safely(SnapshotError, () => void replay([log[0], input])),
      0.3,
    ),
    parser('user ids', fc.oneof(text, anyJson), (input) =>
      safely(SallyportError, () => void parseUserId(input)),
    ),
    parser('phone numbers', text, (input) => {
      const number = phones.toE164(input)
      if (number === undefined) return
      check(/^\+[1-9]\d{6,14}$/.test(number), `${number} is not E.164`)
      check(phones.toE164(number) === number, `${number} is not read as it is written`)
    }),
    parser('one-time codes', text, (input) => {
      const code = normalizeCode(input, 6)
      check(code === undefined || /^[0-9]{6}$/.test(code), `${code} is no code`)
      check(code === undefined || normalizeCode(code, 6) === code, `${code} is not read as it is written`)
    }),
    parser('recovery codes', fc.oneof(text, tampered('ABCD-EFGH-JKMN-PQRS-TVWX-YZ01')), (input) => {
      const code = normalizeRecoveryCode(input)
      check(
        code === undefined || normalizeRecoveryCode(code) === code,
        `${code} is not read as it is written`,
      )
    }),
    parser('flow tokens', tampered(flow.token), (input) =>
      safely(SallyportError, () => {
        flowTokens.parse(input)
        check(input === flow.token, 'a flow token that nobody made was taken')
      }),
    ),
    parser(
      'device tokens',
      tampered(device),
      async (input) => {
        const claims = await deviceTokens.verify(input, { userId: USER, at })
        check(claims === undefined || input === device, 'a device token that nobody made was taken')
      },
      0.3,
    ),
    parser(
      'sealed sessions',
      tampered(sealedCookie).filter((value) => isHeader(`session=${value}`)),
      async (input) => {
        const request = new Request(browser, { headers: { cookie: `session=${input}` } })
        const read = await sessions.read(request)
        const value = readCookies(request)['session'] ?? ''
        check(
          read === null || decoded(value) === decoded(sealedCookie),
          'a session that nobody made was taken',
        )
      },
      0.3,
    ),
    parser(
      'bearer tokens',
      tampered(authToken ?? '').filter((value) => isHeader(`Bearer ${value}`)),
      async (input) => {
        const request = new Request(browser, { headers: { authorization: `Bearer ${input}` } })
        const read = await bearer.read(request)
        const value = bearer.find(request) ?? ''
        check(
          read === null || decoded(value) === decoded(authToken ?? ''),
          'a bearer token that nobody made was taken',
        )
      },
      0.3,
    ),
    parser(
      'CSRF tokens',
      tampered(csrfToken),
      async (input) =>
        check(!(await csrf.matches(input)) || input === csrfToken, 'a CSRF token that nobody made was taken'),
      0.3,
    ),
    parser('cookies', fc.oneof(tampered('a=b; tf_flow=x; tf_flow=y'), text).filter(isHeader), (input) => {
      const cookies = readCookies(new Request(browser, { headers: { cookie: input } }))
      check(
        Object.values(cookies).every((value) => typeof value === 'string'),
        'a cookie is no text',
      )
    }),
    parser(
      'key rings',
      tampered(`k2:${PLANTED}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,k1:${PLANTED}`),
      (input) => safely(SallyportError, () => void keyRing(input)),
    ),
    parser(
      'configurations',
      spoiled(
        [
          {
            policy: {
              issuer: 'Acme',
              methods: ['authenticator'],
              remember: { days: 7 },
              rescue: { recoveryCodes: true, email: false, help: false, dangerouslyShowAgain: false },
              throttle: { attemptsPerFlow: 5, failuresPerLock: 10, lockSeconds: 900 },
              lifetimes: { loginSeconds: 600 },
              required: true,
            },
            messages: { 'code.email.subject': 'Hello' },
            keys: { ring: [{ id: 'k1', secret: PLANTED }] },
          },
        ],
        anyValue.filter((value) => value !== PLANTED),
      ), // the names of a host's own settings are told
      (input) =>
        safely(SallyportError, () => {
          const config = { store: memoryStore(), findUser: () => user, ...(input as object) } // what a host in JavaScript may give
          createTwoFactor({ keys, ...config } as unknown as Parameters<typeof createTwoFactor>[0]) // likewise
        }),
      0.3,
    ),
  ]
}

/**
 * Gives each parser generated input.
 *
 * @param options.inputs - How many each is given; those that need cryptography get fewer.
 * @returns What each parser reads, and how many inputs it was given.
 * @throws {Error} With the seed and the shortest input that breaks something, when one does.
 */
export async function fuzzParsers({
  inputs,
  seed,
}: {
  readonly inputs: number
  readonly seed?: number
}): Promise<readonly (readonly [name: string, runs: number])[]> {
  const done: (readonly [string, number])[] = []
  for (const { name, share, property } of await createParsers()) {
    const numRuns = Math.ceil(inputs * share)
    try {
      await fc.assert(property, { numRuns, ...(seed === undefined ? {} : { seed }) })
    } catch (cause) {
      throw new Error(`${name}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    }
    done.push([name, numRuns])
  }
  return done
}

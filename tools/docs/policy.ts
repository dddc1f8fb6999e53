import type { Policy } from '@sallyport/core'
import { parsePolicy } from '../../packages/core/src/policy/schema.ts'
import type { Declarations, Field } from './declarations.ts'
import { code, type Page, page, table } from './page.ts'

const ISSUER = 'Acme'

type Input = Readonly<Record<string, unknown>>

/** A policy in which one key, given by its path, has a value. */
function withValue(path: readonly string[], value: unknown): Input {
  const [key = '', ...rest] = path
  return { [key]: rest.length === 0 ? value : withValue(rest, value) }
}

const accepts = (path: readonly string[], value: unknown): boolean =>
  !('faults' in parsePolicy({ issuer: ISSUER, ...withValue(path, value) }))

/** What the parsed policy has at a path, when it is given something at another. */
function resolved(path: readonly string[], input: Input): unknown {
  const parsed = parsePolicy({ issuer: ISSUER, ...input })
  if ('faults' in parsed) throw new Error(`the policy does not take ${JSON.stringify(input)}`)
  return path.reduce<unknown>((at, key) => (at as Input)[key], parsed.policy) // an object on the way to the last key
}

/** The smallest and the largest number that a key takes, found by trying. */
function rangeOf(path: readonly string[], known: number): string {
  const bound = (towards: (distance: number) => number): number => {
    let within = 0
    let beyond = 1
    while (accepts(path, towards(beyond))) {
      within = beyond
      beyond *= 2
    }
    while (beyond - within > 1) {
      const middle = Math.floor((within + beyond) / 2)
      if (accepts(path, towards(middle))) within = middle
      else beyond = middle
    }
    return towards(within)
  }
  return `${bound((distance) => known - distance)}–${bound((distance) => known + distance)}`
}

/** Keys that hold others: under them come those of an interface, once the key is given as an object. */
const groups: Readonly<Record<string, string>> = {
  remember: 'RememberPolicy',
  rescue: 'RescuePolicy',
  throttle: 'ThrottlePolicy',
  delivery: 'DeliveryPolicy',
  lifetimes: 'LifetimePolicy',
}

/** Keys whose default is the host's code, not data: what it decides for a user of whom nothing is known. */
function ruleDefault(key: string): boolean {
  const parsed = parsePolicy({ issuer: ISSUER })
  if ('faults' in parsed) throw new Error('a policy with an issuer alone is none')
  const user = { id: 'anyone', label: 'anyone', email: null, phone: null }
  return key === 'required' ? parsed.rules.required(user) : parsed.rules.enrollAtLogin(user)
}

function checkRange({ name, doc }: Field, range: string): void {
  const [, written] = /: (\d+–\d+)[.;]/.exec(doc) ?? []
  if (written !== undefined && written !== range) {
    throw new Error(`policy.ts says ${written} for ${name}, and the policy takes ${range}`)
  }
}

function row(path: readonly string[], field: Field, byDefault: unknown): readonly string[] {
  const range = typeof byDefault === 'number' ? rangeOf(path, byDefault) : ''
  if (range !== '') checkRange(field, range)
  const type = field.type
    .replaceAll('readonly ', '')
    .replace(/^false \| \w+Policy$/, 'false | { … }')
    .replace(/^\w+Policy$/, '{ … }')
    .replace('UserRule', 'boolean | ((user) => boolean)')
  return [
    code(path.join('.')),
    code(type),
    byDefault === undefined ? 'none' : code(JSON.stringify(byDefault)),
    range,
    field.doc,
  ]
}

/** Every key of the policy, with what it is when the host says nothing but its name. */
export function policyPage(declared: Declarations, defaults: Policy): Page {
  const policy: Input = { ...defaults }
  const fields = declared.fieldsOf('Policy')
  const undocumented = Object.keys(policy).filter((key) => !fields.some(({ name }) => name === key))
  if (undocumented.length > 0) throw new Error(`policy.ts does not declare ${undocumented.join(', ')}`)

  const rows = fields.flatMap((field) => {
    const { name } = field
    const inner = groups[name]
    const byDefault = name === 'issuer' ? undefined : policy[name]
    if (inner === undefined) return [row([name], field, byDefault)]
    const group = declared.fieldsOf(inner).flatMap((one) => {
      const path = [name, one.name]
      const value = resolved(path, { [name]: {} })
      if (one.type !== 'false | { readonly mayChangeFactors: boolean }') return [row(path, one, value)]
      const within = {
        name: 'mayChangeFactors',
        type: 'boolean',
        isOptional: true,
        doc: 'See `rescue.email`.',
      }
      const whether = resolved([...path, within.name], withValue(path, {}))
      return [row(path, one, value), row([...path, within.name], within, whether)]
    })
    const shown = byDefault === false ? byDefault : undefined
    return [
      [
        code(name),
        code(shown === undefined ? '{ … }' : 'false | { … }'),
        shown === undefined ? '' : code('false'),
        '',
        field.doc,
      ],
      ...group,
    ]
  })
  const rules = declared
    .fieldsOf('PolicyRulesInput')
    .map((field) => row([field.name], field, ruleDefault(field.name)))

  return page(
    'docs/reference/policy.md',
    '# Policy',
    'What a host gives as `policy` to `createTwoFactor`. Everything but `issuer` has a default. What is unknown, out of ' +
      'range or contradictory is a `ConfigError` that lists every fault. The parsed policy is frozen, and can be read as ' +
      '`twoFactor.policy`; `twoFactor.describePolicy()` says which requirements of OWASP ASVS 5.0 and NIST SP 800-63B-4 it meets.',
    table(['key', 'type', 'default', 'range', 'meaning'], rows),
    '## Rules',
    'Decided for each user, at each step. A rule is `true` or `false` for all, or a function of the user: ' +
      '`{ id, label, email, phone }`. They are not part of the parsed policy.',
    table(['key', 'type', 'default', 'range', 'meaning'], rules),
  )
}

import { describe, expect, test } from 'vitest'
import { endReasons } from '../../../packages/core/src/flow/outcome.ts'
import { refusalReasons } from '../../../packages/core/src/flow/refusal.ts'
import {
  type Catalog,
  defaultCatalog,
  parseCatalog,
  render,
} from '../../../packages/core/src/messages/catalog.ts'

/** The faults of texts that must be wrong ones. */
function faultsOf(overrides: object) {
  const parsed = parseCatalog(overrides)
  if (!('faults' in parsed)) throw new Error('they are a catalog')
  return parsed.faults
}

describe('the default catalog', () => {
  test('is one that a host could have written, and frozen', () => {
    expect(parseCatalog(defaultCatalog)).toEqual({ catalog: defaultCatalog })
    expect(Object.isFrozen(defaultCatalog)).toBe(true)
  })

  test('has a text of its own, for users, for every reason of a refusal and of an end', () => {
    for (const [reason, meaning] of Object.entries({ ...refusalReasons, ...endReasons })) {
      const text = defaultCatalog[`reason.${reason}` as keyof Catalog]
      expect(text, reason).toMatch(/^[A-Z].*\.$/)
      expect(text, reason).not.toBe(meaning)
    }
  })

  test('has a subject and a text for every notice, each naming the service', () => {
    const keys = Object.keys(defaultCatalog) as (keyof Catalog)[] // the keys of the record
    const notices = keys.filter((key) => key.startsWith('notice.'))
    expect(notices).toHaveLength(20)
    for (const key of notices) expect(defaultCatalog[key]).toContain('{issuer}')
    expect(
      notices.filter((key) => key.endsWith('.subject')).map((key) => key.replace('.subject', '.text')),
    ).toEqual(notices.filter((key) => key.endsWith('.text')))
  })

  test('CWE-640: the call for help says that its sender must be identified otherwise', () => {
    expect(defaultCatalog['help.text']).toContain('identify the person by other means')
  })

  test('puts no article before a name that it does not know: "a Acme user"', () => {
    for (const [key, text] of Object.entries(defaultCatalog)) expect(text, key).not.toMatch(/\b[Aa]n? \{/)
  })

  test('CWE-93: no subject holds anything that a user chose', () => {
    const subjects = Object.entries(defaultCatalog).filter(([key]) => key.endsWith('subject'))
    expect(subjects.length).toBeGreaterThan(10)
    for (const [, text] of subjects) expect(text.match(/\{(?!issuer\})/)).toBeNull()
  })
})

describe('a host’s own texts', () => {
  test('go over the defaults, one by one', () => {
    const parsed = parseCatalog({ 'code.sms.text': '{code} – {issuer}' })
    expect(parsed).toEqual({ catalog: { ...defaultCatalog, 'code.sms.text': '{code} – {issuer}' } })
    expect(Object.isFrozen('catalog' in parsed && parsed.catalog)).toBe(true)
  })

  test('are the defaults where there are none', () => {
    expect(parseCatalog()).toEqual({ catalog: defaultCatalog })
  })

  test.each([
    [
      'a key that there is not',
      { 'code.fax.text': '{code}' },
      [['messages.code.fax.text', 'is not the key of a message']],
    ],
    [
      'the name of a built-in',
      { constructor: 'x' },
      [['messages.constructor', 'is not the key of a message']],
    ],
    ['a text that is none', { 'help.text': 7 }, [['messages.help.text', 'must be a string']]],
    ['a text that is missing', { 'help.text': undefined }, [['messages.help.text', 'must be a string']]],
    [
      'L6: a value that it does not have',
      { 'help.text': '{secret}' },
      [['messages.help.text', 'has no value for {secret}']],
    ],
    [
      'L6: a code in a notice',
      { 'notice.locked.text': 'no {code}' },
      [['messages.notice.locked.text', 'has no value for {code}']],
    ],
    [
      'a value in a reason, which has none',
      { 'reason.busy': '{issuer} is busy' },
      [['messages.reason.busy', 'has no value for {issuer}']],
    ],
    [
      'a built-in as a value',
      { 'help.text': '{constructor}' },
      [['messages.help.text', 'has no value for {constructor}']],
    ],
    [
      'everything that is wrong at once',
      { nonsense: 'x', 'code.sms.text': '{a} {b}' },
      [
        ['messages.nonsense', 'is not the key of a message'],
        ['messages.code.sms.text', 'has no value for {a}'],
        ['messages.code.sms.text', 'has no value for {b}'],
      ],
    ],
  ])('are refused with %s', (_what, overrides, faults) => {
    expect(faultsOf(overrides).map(({ field, message }) => [field, message])).toEqual(faults)
  })
})

describe('a text is filled in', () => {
  test.each([
    ['{code} is your {issuer} code', { code: '123456', issuer: 'Acme' }, '123456 is your Acme code'],
    ['{a}{a}', { a: 'x' }, 'xx'],
    ['{unknown} stays', {}, '{unknown} stays'],
    ['no value', { code: '1' }, 'no value'],
    ['{empty}', { empty: '' }, ''],
  ])('%j with %j', (template, values, text) => {
    expect(render(template, values)).toBe(text)
  })

  test('with values as they are: none is read as a template or a pattern again', () => {
    expect(render('{label} at {issuer}', { label: '{issuer} $& $1', issuer: 'Acme' })).toBe(
      '{issuer} $& $1 at Acme',
    )
  })
})

test.each([null, 7, 'Hello'])('texts that are no object are refused: %j', (messages) => {
  expect(parseCatalog(messages as never)).toHaveProperty('faults.0.field', expect.stringMatching(/^messages/)) // a host in plain JavaScript may give anything
})

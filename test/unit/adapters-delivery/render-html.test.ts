import { renderHtml } from '@sallyport/adapters-delivery'
import { defaultCatalog, type MailMessage } from '@sallyport/core'
import fc from 'fast-check'
import { Window } from 'happy-dom'
import { describe, expect, test } from 'vitest'

/** The page as a mail program would take it. */
function read(page: string): Document {
  const window = new Window()
  window.document.write(page)
  return window.document as unknown as Document // happy-dom's own type of the same interface
}

const message = (part: Partial<MailMessage>): MailMessage => ({
  kind: 'code',
  to: 'ana@acme.test',
  subject: 'Your Acme code',
  text: 'Your Acme code is 493817. It is valid for 10 minutes, once.',
  ...part,
})

const kinds = [
  ...new Set(Object.keys(defaultCatalog).flatMap((key) => /^notice\.(\w+)\.text$/.exec(key)?.[1] ?? [])),
]

describe('every kind', () => {
  test.each([...kinds, 'code', 'help', 'of_a_host', 'toString'])(
    '%s says what its text says, and no more',
    (kind) => {
      const { subject, text } = message({ kind })
      const page = renderHtml(message({ kind }))
      const { title, body } = read(page)
      expect(title).toBe(subject)
      expect(body.textContent?.replace(/\s+/g, ' ').trim()).toBe(`${subject} ${text}`)
      expect(body.querySelector('h1')?.textContent).toBe(subject)
    },
  )

  test.each([...kinds, 'code', 'help'])(
    '%s fetches nothing, runs nothing, and leaves the colors to the reader',
    (kind) => {
      const page = renderHtml(message({ kind }))
      expect(page).not.toMatch(/<(img|script|link|iframe|a|form)\b|url\(|@import|https?:|\bon\w+=/i)
      expect(page).toContain('<meta name="color-scheme" content="light dark">')
      expect(page).not.toMatch(/(?<!-)(color|background)(-color)?:\s*#/)
    },
  )
})

describe('the code stands out', () => {
  const marked = (text: string, kind = 'code') =>
    [...read(renderHtml(message({ text, kind }))).querySelectorAll('strong')].map(
      ({ textContent }) => textContent,
    )

  test.each([
    ['493817 is your code.', ['493817']],
    ['Your code:\n\n49381726\n\nOnce.', ['49381726']],
    ['Code 493817, at Route66 or +4915123456789.', ['493817']],
    ['Code 493817 of account 12345678.', []],
    ['Code 12345.', []],
    ['No code.', []],
  ])('in %j', (text, found) => {
    expect(marked(text)).toEqual(found)
  })

  test('in no other kind of mail', () => {
    expect(marked('493817', 'help')).toEqual([])
  })
})

test('paragraphs and lines stay what they are', () => {
  const { body } = read(renderHtml(message({ text: 'One.\nTwo.\r\n\r\nThree.' })))
  const paragraphs = [...body.querySelectorAll('p')].map(({ innerHTML }) => innerHTML)
  expect(paragraphs).toEqual(['One.<br>Two.', 'Three.'])
})

describe('CWE-79: what a user calls themselves', () => {
  test.each([
    '<img src=x onerror=alert(1)>',
    '</p></div><a href="https://evil.test">Confirm here</a>',
    '"><script>alert(1)</script>',
    '<!-- not the end',
    '&lt;b&gt;',
    '</title><style>* { display: none }</style>',
  ])('%s', (label) => {
    for (const kind of ['code', 'help', 'factor_added']) {
      const page = renderHtml(message({ kind, subject: `To ${label}`, text: `Hello ${label}, 493817.` }))
      const document = read(page)
      expect(document.querySelectorAll('img, a, script, b')).toHaveLength(0)
      expect(document.title).toBe(`To ${label}`)
      expect(document.querySelector('p')?.textContent).toBe(`Hello ${label}, 493817.`)
    }
  })

  test('any text adds no element', () => {
    const tags = (page: string) => page.match(/<[a-z!/]/gi)?.length
    const line = fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[\r\n\d]/g, ''))
    const hostile = fc
      .array(fc.oneof(line, fc.constantFrom('<', '>', '"', "'", '&', '</p>', '<!--')))
      .map((all) => all.join(''))
    fc.assert(
      fc.property(hostile, hostile, (subject, text) => {
        expect(tags(renderHtml(message({ subject, text })))).toBe(
          tags(renderHtml(message({ subject: '', text: '' }))),
        )
      }),
    )
  })
})

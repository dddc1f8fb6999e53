import { type Page, page, table } from './page.ts'
import type { NamedTest } from './test-titles.ts'

/** What a standard asks of a second factor. */
interface Requirement {
  /** As the tests name it. */
  readonly id: string
  /** What it asks, in our words. */
  readonly asks: string
  /** Holds by default; or the library enables it, and the host decides. */
  readonly holds: 'by default' | 'where the host decides so' | 'not yet'
}

const byDefault = (id: string, asks: string): Requirement => ({ id, asks, holds: 'by default' })
const byHost = (id: string, asks: string): Requirement => ({ id, asks, holds: 'where the host decides so' })

/** The requirements, by the document they come from. */
const requirements: Readonly<Record<string, readonly Requirement[]>> = {
  'RFC 4226, RFC 6238 (one-time passwords)': [
    byDefault('RFC 4226 §4 R6', 'the shared secret has at least 128 bits; 160 are recommended'),
    byDefault('RFC 4226 §7.3', 'verification is throttled'),
    byDefault('RFC 6238 §5.2', 'at most one step of delay; a code is never accepted a second time'),
    {
      id: 'RFC 6238 §6',
      asks: 'a verifier may remember by how much the clock of an app is off',
      holds: 'not yet',
    },
  ],
  'NIST SP 800-63B-4': [
    byDefault('NIST look-up secrets', 'each works once; of at least 112 bits, they may be hashed plainly'),
    byDefault(
      'NIST out-of-band',
      'dead after ten minutes, works once, at least 20 bits, throttled below 64 bits',
    ),
    byDefault('NIST throttling', 'at most 100 consecutive failures, and growing waits'),
    byDefault(
      'NIST binding',
      'a recent authentication before a factor is bound, a notice over another channel, a record of each',
    ),
  ],
  'OWASP ASVS 5.0': [
    byDefault('ASVS 2.3.1', 'steps are taken in their order'),
    byDefault('ASVS 2.3.3', 'a step is made whole or not at all'),
    byDefault('ASVS 6.3.4', 'every path of authentication is equally strong, and none is undocumented'),
    byDefault('ASVS 6.3.5', 'users are told of a failed second factor after a right password'),
    byDefault('ASVS 6.3.7', 'users are told of changes to their factors'),
    byDefault('ASVS 6.3.8', 'no user can be found out from messages, codes or timing'),
    byHost('ASVS 6.4.3', 'resetting a password does not get around the second factor'),
    byHost('ASVS 6.4.4', 'a lost factor is replaced only on evidence as strong as at enrollment'),
    byDefault('ASVS 6.5.1', 'look-up secrets, out-of-band codes and time-based codes work once'),
    byDefault('ASVS 6.5.2', 'look-up secrets are stored hashed'),
    byDefault('ASVS 6.5.3', 'secrets and codes come from a cryptographically secure generator'),
    byDefault('ASVS 6.5.4', 'look-up secrets and out-of-band codes have at least 20 bits'),
    byDefault('ASVS 6.5.5', 'codes have a lifetime'),
    byDefault('ASVS 6.5.6', 'any factor can be revoked'),
    byDefault('ASVS 6.5.8', 'time-based codes are checked by the server’s clock'),
    byHost('ASVS 6.6.1', 'texts go to validated numbers only, and a stronger method is offered'),
    byDefault('ASVS 6.6.2', 'an out-of-band code is bound to the request it was made for'),
    byDefault('ASVS 6.6.3', 'guessing an out-of-band code is limited'),
    byDefault('ASVS 6.6.4', 'a user cannot be bombed with messages'),
    byDefault('ASVS 7.5.1', 'full authentication before factors are changed'),
    byDefault('ASVS 7.5.3', 'a step-up before sensitive operations'),
    byDefault('ASVS 11.2.4', 'secrets are compared in constant time'),
    byDefault('ASVS 11.5.1', 'what must not be guessed has at least 128 bits'),
    byDefault('ASVS 15.4.2', 'no decision is made on what may have changed since'),
    byDefault('ASVS 16.2', 'records say who, what and when, in UTC, and hold no secret'),
    byDefault('ASVS 16.3', 'every attempt and every bypass is recorded'),
  ],
  'Other specifications': [
    byDefault('RFC 8176', 'the values of `amr`'),
    byDefault('RFC 9470', 'a step-up is asked for with `max_age`, and its outcome carries its time'),
    byDefault('WICG origin-bound codes', 'the last line of a text is `@host #code`'),
    byDefault(
      'Key URI format',
      'the issuer stands in the label and in a parameter, percent-encoded, without a colon',
    ),
  ],
  'CWE (weaknesses to be without)': [
    byDefault('CWE-208', 'secrets that show in the time of an answer'),
    byDefault('CWE-294', 'replay'),
    byDefault('CWE-307', 'attempts without limit'),
    byDefault('CWE-308', 'a single factor'),
    byDefault('CWE-330', 'weak random values'),
    byDefault('CWE-367', 'races between check and use'),
    byDefault('CWE-640', 'weak recovery'),
  ],
}

/** Tests that a row shows; the others it counts. */
const SHOWN = 3

/**
 * What the standards ask, and the tests that name each requirement.
 *
 * @throws {Error} For a requirement that holds by default, or where the host decides so, and that no test names.
 */
export function standardsPage(tests: readonly NamedTest[]): Page {
  const untested: string[] = []
  const sections = Object.entries(requirements).map(([document, rows]) => {
    const cells = rows.map(({ id, asks, holds }) => {
      const naming = tests.flatMap(({ file, texts }) => {
        const text = texts.find((one) => names(one, id))
        return text === undefined ? [] : [{ file, text }]
      })
      if (naming.length === 0 && holds !== 'not yet') untested.push(id)
      return [id, asks, holds, naming.length === 0 ? '–' : cellOf(naming)]
    })
    return [`## ${document}`, table(['id', 'asks', 'holds', 'tests that name it'], cells)]
  })
  if (untested.length > 0) throw new Error(`no test names ${untested.join(', ')}`)
  return page(
    'docs/reference/standards.md',
    '# What the standards ask',
    'Each requirement that Sallyport meets, and the tests that name it. What a configuration meets is told by `describePolicy()`; what is checked beyond tests, in `docs/concepts/assurance.md`.',
    ...sections,
  )
}

/** Whether a text names an id, and not a longer one that begins with it. */
function names(text: string, id: string): boolean {
  const at = text.indexOf(id)
  return at >= 0 && !/^\.?\d/.test(text.slice(at + id.length))
}

function cellOf(naming: readonly { readonly file: string; readonly text: string }[]): string {
  const shown = naming.slice(0, SHOWN).map(({ text, file }) => `${text} (\`${file}\`)`)
  const more = naming.length - shown.length
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n')
}

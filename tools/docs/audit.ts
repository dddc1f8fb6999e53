import type { Declarations, Field } from './declarations.ts'
import type { Explored } from './explored.ts'
import { noticeOccasions, operatorRecords, recordMeanings, recordPlaces } from './meanings.ts'
import { code, type Page, page, table } from './page.ts'
import { placesOf } from './reasons.ts'

interface Variant {
  readonly doc: string
  readonly fields: readonly Field[]
}

const meanings: Readonly<Record<string, string>> = recordMeanings

/** The kinds that a variant stands for: one, or several that have the same fields. */
const kindsOf = ({ fields }: Variant): readonly string[] =>
  (fields.find(({ name }) => name === 'kind')?.type ?? '')
    .split(' | ')
    .map((literal) => literal.replaceAll("'", ''))

function fieldText({ name, type, isOptional, doc }: Field): string {
  const shape = `${code(`${name}${isOptional ? '?' : ''}`)}: ${code(type.replaceAll('readonly ', ''))}`
  return doc === '' ? shape : `${shape}. ${doc}`
}

/** The kinds of a union, each with its fields; those of a kind that is there twice together. */
function kindRows(variants: readonly Variant[]): readonly (readonly [kind: string, fields: string])[] {
  const rows = new Map<string, string[]>()
  for (const variant of variants) {
    const fields = variant.fields.filter(({ name }) => name !== 'kind').map(fieldText)
    for (const kind of kindsOf(variant)) rows.set(kind, [...(rows.get(kind) ?? []), fields.join('\n')])
  }
  return [...rows].map(([kind, fields]) => [kind, fields.join('\nor\n')])
}

function meaningOf(kind: string): string {
  const meaning = meanings[kind]
  if (meaning === undefined) throw new Error(`tools/docs/meanings.ts does not say what ${kind} is`)
  return meaning
}

/** What the audit log and an observer are told. */
export function auditPage(events: Declarations, observer: Declarations, { records }: Explored): Page {
  const writtenBy = (kind: string): string => {
    const flows = recordPlaces[kind] ?? placesOf(records.get(kind) ?? [])
    return [flows, operatorRecords[kind] ?? ''].filter((one) => one !== '').join('; ')
  }
  return page(
    'docs/reference/audit.md',
    '# Audit log and observer',
    'Every step writes its records in the commit that makes it so; they are never changed. `observer.observe` is told the ' +
      'same records once they are committed, at most once, and what became of each message. No secret, code or address is ' +
      'in any of them.',
    '## Records',
    'Each has `at` (UTC, in epoch milliseconds), of a flow also `flow` (its id) and `flowKind`, and of a call of an operator who was named `operator`. An observer gets `userId` as well.',
    table(
      ['kind', 'meaning', 'fields', 'written by'],
      kindRows(events.variantsOf('AuditEvent')).map(([kind, fields]) => [
        code(kind),
        meaningOf(kind),
        fields,
        writtenBy(kind),
      ]),
    ),
    '## Events of messages',
    'For the observer alone: what happens after a commit is not part of the log.',
    table(
      ['kind', 'meaning', 'fields'],
      kindRows(observer.variantsOf('DeliveryEvent')).map(([kind, fields]) => [
        code(kind),
        meaningOf(kind),
        fields,
      ]),
    ),
    '## Notices',
    'What `notice` names. The texts are in the [messages](messages.md#notices).',
    table(
      ['notice', 'tells the user of'],
      Object.entries(noticeOccasions).map(([notice, occasion]) => [code(notice), occasion]),
    ),
  )
}

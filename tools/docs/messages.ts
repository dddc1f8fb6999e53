import { defaultCatalog } from '@sallyport/core'
import { parseCatalog } from '../../packages/core/src/messages/catalog.ts'
import { code, codes, type Page, page, table } from './page.ts'

const placeholdersIn = (text: string): readonly string[] =>
  [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)

const known = [...new Set(Object.values(defaultCatalog).flatMap(placeholdersIn))].toSorted()

/** The values that a text may name, found by trying. */
const placeholdersOf = (key: string): readonly string[] =>
  known.filter((name) => !('faults' in parseCatalog({ [key]: `{${name}}` })))

/** Every text that a user may see. */
export function messagesPage(): Page {
  const section = (prefix: string) =>
    table(
      ['key', 'default', 'may name'],
      Object.entries(defaultCatalog)
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, text]) => [code(key), text, codes(placeholdersOf(key))]),
    )
  return page(
    'docs/reference/messages.md',
    '# Messages',
    'The texts that a user may see. A host replaces or translates them by `messages` of `createTwoFactor`: any of the ' +
      'keys below, with the text to use. `{name}` stands for a value. A key that does not exist, and a value that a text ' +
      'may not name, are faults of the configuration. Values are put in as they are: what renders a text as HTML escapes it.',
    '## Codes',
    section('code.'),
    '## Calls for help',
    'To the administrators, at `policy.rescue.help`.',
    section('help.'),
    '## Notices',
    'To the user, at most one of a kind in an hour. A text message has no subject.',
    section('notice.'),
    '## Reasons',
    'For each [reason](reasons.md) of a refusal.',
    section('reason.'),
  )
}

import type { Declarations } from './declarations.ts'
import { code, codes, type Page, page, table } from './page.ts'

/** What Sallyport throws. */
export function errorsPage(declared: Declarations): Page {
  const classes = declared.subclassesOf('SallyportError')
  if (classes.length === 0) throw new Error('errors.ts declares no subclass of SallyportError')
  return page(
    'docs/reference/errors.md',
    '# Errors',
    declared.docOf('SallyportError'),
    'Each has a literal `code`, and `cause` where there is one. `AnySallyportError` is the union of all, for an exhaustive `switch`.',
    table(
      ['class', 'code', 'meaning'],
      classes.map((name) => [code(name), codes(declared.codesOf(name)), declared.docOf(name)]),
    ),
    'A sender may throw `DeliveryRefused` to say that a message surely was not sent; it goes no further than the engine.',
  )
}

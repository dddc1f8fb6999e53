import { memoryStore } from '@sallyport/adapters-memory'
import { createTwoFactor, keyRing } from '@sallyport/core'
import { auditPage } from './docs/audit.ts'
import { readDeclarations } from './docs/declarations.ts'
import { diagramPages } from './docs/diagrams.ts'
import { errorsPage } from './docs/errors.ts'
import { eventsPage } from './docs/events.ts'
import { exploreMachine } from './docs/explored.ts'
import { messagesPage } from './docs/messages.ts'
import { type Page, page } from './docs/page.ts'
import { policyPage } from './docs/policy.ts'
import { reasonsPage } from './docs/reasons.ts'
import { standardsPage } from './docs/standards.ts'
import { readTestTitles } from './docs/test-titles.ts'
import { driftOf, mend } from './docs/write.ts'

/**
 * Writes the pages of docs/reference and docs/diagrams from the code: `pnpm run docs`. With `--check` it writes
 * nothing, and fails when a page is not what the code says.
 */
function generate(): readonly Page[] {
  const explored = exploreMachine()
  const twoFactor = createTwoFactor({
    policy: { issuer: 'Acme' },
    store: memoryStore(),
    keys: keyRing([{ id: 'docs', secret: new Uint8Array(32) }]),
    findUser: () => null,
  })
  const reference = readDeclarations((file) => [
    eventsPage(explored, twoFactor.describeEvents()),
    reasonsPage(explored),
    policyPage(file('policy/policy.ts'), twoFactor.policy),
    messagesPage(),
    auditPage(file('flow/audit.ts'), file('ports/observer.ts'), explored),
    errorsPage(file('errors.ts')),
    standardsPage(readTestTitles()),
  ])
  return [...reference, indexPage(reference), ...diagramPages(explored)]
}

function indexPage(pages: readonly Page[]): Page {
  const links = pages.map(({ path, text }) => {
    const [, title = ''] = /^# (.+)$/m.exec(text) ?? []
    return `- [${title}](${path.split('/').at(-1)})`
  })
  return page(
    'docs/reference/README.md',
    '# Reference',
    'Generated from the code, and checked against it in CI.',
    [...links, '- [Diagrams](../diagrams/README.md) of the machine'].join('\n'),
  )
}

const pages = generate()
const drift = driftOf(pages, '.')
if (process.argv.includes('--check')) {
  const paths = [...drift.stale.map(({ path }) => path), ...drift.removed]
  if (paths.length > 0) {
    console.error(
      `not what the code says: ${paths.join(', ')}\nrun \`npm run docs\`, and commit what it writes`,
    )
    process.exitCode = 1
  }
} else {
  mend(drift, '.')
  console.log(`${pages.length} pages, ${drift.stale.length} written, ${drift.removed.length} removed`)
}

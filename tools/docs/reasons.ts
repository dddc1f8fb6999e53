import { endReasons, refusalReasons } from '@sallyport/core'
import type { Explored, Sighting } from './explored.ts'
import { endingPlaces, refusalPlaces, viaMeanings } from './meanings.ts'
import { code, codes, type Page, page, table } from './page.ts'

/** The client's event behind what the engine answers to the machine. */
const clientEvents: Readonly<Record<string, string>> = {
  proof_accepted: 'proof_submitted',
  proof_rejected: 'proof_submitted',
  proof_malformed: 'proof_submitted',
  recovery_codes_drawn: 'recovery_codes_requested',
}

/** Sightings in words: each event of the client, with the states in which it was seen. */
export function placesOf(sightings: readonly Sighting[]): string {
  const states = new Map<string, Set<string>>()
  for (const { event, state } of sightings) {
    const name = clientEvents[event] ?? event
    states.set(name, (states.get(name) ?? new Set()).add(state))
  }
  return [...states]
    .map(([event, inStates]) =>
      event === 'start' ? 'the start' : `${code(event)} in ${codes([...inStates].toSorted())}`,
    )
    .toSorted()
    .join('; ')
}

function placed(name: string, words: string | undefined, sightings: readonly Sighting[] = []): string {
  const places = words ?? placesOf(sightings)
  if (places === '') throw new Error(`the search has not come by ${name}, and nothing is said of it`)
  return places
}

/** Every reason for which an event is refused or a flow ends. */
export function reasonsPage({ refusals, endings }: Explored): Page {
  const outcomeOf = (reason: string): string => {
    if (reason === 'locked') return 'locked'
    if (reason === 'flow_expired') return 'expired'
    return ['cancelled_by_user', 'superseded'].includes(reason) ? 'cancelled' : 'denied'
  }
  return page(
    'docs/reference/reasons.md',
    '# Reasons',
    'A step says in `refusal` why the event was not taken as hoped, and in `outcome` how the flow has ended. The ' +
      'vocabulary is public: it does not reveal whether a user or a code exists. The exact causes are in the ' +
      '[audit log](audit.md).',
    '## Why an event is refused',
    'A refused event has changed nothing, save for `proof_rejected`, which is counted, and `delivery_failed`, which ' +
      'comes with the step that was taken. `retryAt` says from when on the same event may be taken, where time alone helps.',
    table(
      ['reason', 'meaning', 'given for'],
      Object.entries(refusalReasons).map(([reason, meaning]) => [
        code(reason),
        meaning,
        placed(reason, refusalPlaces[reason as keyof typeof refusalPlaces], refusals.get(reason)), // a key of that table or of none
      ]),
    ),
    '## How a flow is won',
    'The field `via` of the outcomes `authenticated` and `verified`.',
    table(
      ['via', 'meaning', 'given for'],
      Object.entries(viaMeanings).map(([via, meaning]) => [
        code(via),
        meaning,
        placed(via, undefined, endings.get(via)),
      ]),
    ),
    '## Why a flow ends otherwise',
    'The field `reason` of the outcomes `denied`, `locked`, `expired` and `cancelled`.',
    table(
      ['outcome', 'reason', 'meaning', 'given for'],
      Object.entries(endReasons).map(([reason, meaning]) => [
        code(outcomeOf(reason)),
        code(reason),
        meaning,
        placed(reason, endingPlaces[reason as keyof typeof endingPlaces], endings.get(reason)), // as above
      ]),
    ),
  )
}

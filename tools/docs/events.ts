import { type ClientEventType, clientEventTypes } from '@sallyport/core'
import { type FlowState, flowStates, handledEvents, isFinal } from '../../packages/core/src/flow/step.ts'
import type { Explored } from './explored.ts'
import { askOf } from './machine-graph.ts'
import { eventMeanings } from './meanings.ts'
import { code, codes, type Page, page, table } from './page.ts'

/** The part of JSON Schema that `describeEvents` gives for a field. */
interface FieldSchema {
  readonly type?: string
  readonly const?: string
  readonly enum?: readonly string[]
  readonly minLength?: number
  readonly maxLength?: number
  readonly default?: unknown
  readonly description?: string
}

interface EventSchema {
  readonly properties: Readonly<Record<string, FieldSchema>>
  readonly required?: readonly string[]
}

const topOf = (state: string): string => state.split('.')[0] ?? state

/** States in which a flow waits for its client. */
const resting = flowStates.filter(
  (state) => state !== 'deciding' && !isFinal(state) && askOf(state) === undefined,
)

const openStates = [...new Set(resting.map(topOf))]

const restingIn = (top: string): readonly FlowState[] => resting.filter((state) => topOf(state) === top)

/** Where a step may end that begins with a client's event: what the engine is asked for is answered on the way. */
function resultsOf(explored: Explored, from: string, event: ClientEventType): readonly string[] {
  const tops = restingIn(from).flatMap((state) => [...explored.stepsOf(state, event).states].map(topOf))
  const order = [...new Set(flowStates.map(topOf))]
  return [...new Set(tops)].toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
}

/** What an event was refused for in a state that takes it. */
function refusalsOf(explored: Explored, from: string, event: ClientEventType): readonly string[] {
  const found = restingIn(from).flatMap((state) => [...explored.stepsOf(state, event).refusals])
  return [...new Set(found)].filter((reason) => reason !== 'event_not_accepted').toSorted()
}

const takenIn = (event: ClientEventType): readonly string[] =>
  openStates.filter((top) =>
    resting.some((state) => topOf(state) === top && handledEvents[state].includes(event)),
  )

function fieldRow(name: string, field: FieldSchema, isRequired: boolean): readonly string[] {
  const { type = '', enum: options, minLength, maxLength, description = '' } = field
  const shape = options === undefined ? type : options.map((option) => code(option)).join(' or ')
  const limit = maxLength === undefined ? '' : `${minLength ?? 0}–${maxLength} characters`
  const byDefault = field.default === undefined ? 'no' : `no; ${code(String(field.default))}`
  return [
    code(name),
    limit === '' ? shape : `${shape}, ${limit}`,
    isRequired ? 'yes' : byDefault,
    description,
  ]
}

function eventSection(explored: Explored, event: ClientEventType, schema: EventSchema): readonly string[] {
  const fields = Object.entries(schema.properties).filter(([name]) => name !== 'type')
  const required = (schema.required ?? []).filter((name) => schema.properties[name]?.default === undefined)
  const leads = takenIn(event).map((state) => [
    code(state),
    codes(resultsOf(explored, state, event)),
    codes(refusalsOf(explored, state, event)),
  ])
  return [
    `### ${event}`,
    eventMeanings[event],
    fields.length === 0
      ? 'No fields.'
      : table(
          ['field', 'type', 'required', 'meaning'],
          fields.map(([name, field]) => fieldRow(name, field, required.includes(name))),
        ),
    table(['sent in', 'leads to', 'refused as'], leads),
  ]
}

/** Each event that a client may send: its fields, where it is taken, and where it leads. */
export function eventsPage(explored: Explored, schemas: Readonly<Record<ClientEventType, object>>): Page {
  return page(
    'docs/reference/events.md',
    '# Events',
    'What a transport hands to `send`: an object with a `type` and the fields below, and no others. `describeEvents()` ' +
      'gives the same as JSON Schema. A step lists in `accepts` the events that are worth sending now.',
    '## States and events',
    'An event that a state does not take is refused as `event_not_accepted`. One that it takes leads on, or is refused ' +
      'for a [reason](reasons.md): which ones, each event’s table says for each state, as a search of the machine ' +
      'has come by them.',
    table(
      ['', ...openStates.map(code)],
      clientEventTypes.map((event) => [
        `[${code(event)}](#${event})`,
        ...openStates.map((state) => (takenIn(event).includes(state) ? 'taken' : '')),
      ]),
    ),
    'In `enrolling` and `rescuing` a proof and a new code can be asked for once a method or a rescue is chosen.',
    '## The events',
    ...clientEventTypes.map((event) => eventSection(explored, event, schemas[event] as EventSchema)), // what z.toJSONSchema gives for a strict object
  )
}

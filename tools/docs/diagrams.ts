import type { FlowKind } from '../../packages/core/src/flow/stage.ts'
import { type FlowState, flowStates, isFinal } from '../../packages/core/src/flow/step.ts'
import type { Explored } from './explored.ts'
import { askOf, type MachineTransition, machineTransitions } from './machine-graph.ts'
import { code, type Page, page, table } from './page.ts'

/** A diagram of one path: some states in full, and what is around them in outline. */
interface Path {
  readonly file: string
  readonly title: string
  readonly text: string
  readonly kinds: readonly FlowKind[]
  /** The top states that are drawn in full. */
  readonly states: readonly string[]
}

const paths: readonly Path[] = [
  {
    file: 'login',
    title: 'Login',
    text: 'From the first factor to the second. What is enrolled and required decides where a login begins.',
    kinds: ['login'],
    states: ['deciding', 'selecting', 'challenging'],
  },
  {
    file: 'enrollment',
    title: 'Enrollment',
    text: 'A new method, during a login or in a setup: it counts once its first code has been proven.',
    kinds: ['login', 'setup'],
    states: ['enrolling'],
  },
  {
    file: 'setup',
    title: 'Setup',
    text: 'What a user may change when logged in. A session that is not fresh is refused everything but to leave.',
    kinds: ['setup'],
    states: ['deciding', 'managing'],
  },
  {
    file: 'rescue',
    title: 'Rescue',
    text: 'The ways in for a user who has lost a method. A call for help leaves the flow where it is.',
    kinds: ['login', 'step_up'],
    states: ['rescuing'],
  },
  {
    file: 'step-up',
    title: 'Step-up',
    text: 'The second factor again, before something sensitive. The only [rescue](rescue.md) is a recovery code.',
    kinds: ['step_up'],
    states: ['deciding', 'selecting', 'challenging'],
  },
]

const topOf = (state: string): string => state.split('.')[0] ?? state

/** Client events are guarded by this one, and refused where it does not hold: said once, not at each arrow. */
const EVERYWHERE = 'allowed'

/** `event [guard] / action`; an alternative without a guard is what is left when no other holds. */
function labelOf({ event, guard, actions, order }: MachineTransition): string {
  const number = event === undefined ? `${order + 1}.` : ''
  const condition =
    guard === undefined ? (order > 0 ? '[else]' : '') : guard === EVERYWHERE ? '' : `[${guard}]`
  const action = actions.length === 0 ? '' : `/ ${actions.join(', ')}`
  return [number, event ?? '', condition, action].filter((part) => part !== '').join(' ')
}

/** The leaves at which a transition starts: for one of a state with parts, those that wait for the client. */
function sourcesOf({ source }: MachineTransition): readonly FlowState[] {
  const leaves = flowStates.filter((state) => state === source || state.startsWith(`${source}.`))
  return leaves.length === 1 ? leaves : leaves.filter((leaf) => askOf(leaf) === undefined)
}

const idOf = (state: string): string => state.replaceAll('.', '_')

interface Arrow {
  readonly from: string
  readonly to: string
  readonly label: string
}

/** Mermaid's text of arrows between states, each state with what it asks for. */
function draw(arrows: readonly Arrow[]): string {
  const names = [...new Set(arrows.flatMap(({ from, to }) => [from, to]))]
  const ordered = flowStates.flatMap((state) => [topOf(state), state])
  const states = [...new Set(ordered)].filter((state) => names.includes(state))
  const described = states.flatMap((state) => {
    const ask = flowStates.some((leaf) => leaf === state) ? askOf(state as FlowState) : undefined // found to be one
    const name = state.includes('.') ? [`${idOf(state)}: ${state}`] : []
    return ask === undefined ? name : [...name, `${idOf(state)}: asks ${ask}`]
  })
  const finals = states.filter((state) => flowStates.some((leaf) => leaf === state && isFinal(leaf)))
  return [
    '```mermaid',
    'stateDiagram-v2',
    '  direction LR', // many arrows leave one state: side by side their labels have room
    '  classDef final stroke-width:3px',
    ...described.map((line) => `  ${line}`),
    ...(names.includes('deciding') ? ['  [*] --> deciding'] : []),
    ...arrows.map(
      ({ from, to, label }) => `  ${idOf(from)} --> ${idOf(to)}${label === '' ? '' : `: ${label}`}`,
    ),
    ...finals.map((state) => `  class ${state} final`),
    '```',
  ].join('\n')
}

/** The arrows of a path. Outside of it a state is drawn as a whole. */
function arrowsOf(path: Path, explored: Explored): readonly Arrow[] {
  const outline = (state: FlowState): string => (path.states.includes(topOf(state)) ? state : topOf(state))
  const arrows = machineTransitions
    .filter(
      (one) => one.source !== '' && explored.isTaken(one, ...path.kinds) && !one.actions.includes('refuse'),
    )
    .flatMap((one) =>
      sourcesOf(one).map((source) => ({
        from: outline(source),
        to: outline(one.target ?? source),
        label: labelOf(one),
      })),
    )
    .filter(({ from, to }) => [from, to].some((state) => path.states.includes(topOf(state))))
  return [...new Map(arrows.map((arrow) => [Object.values(arrow).join('|'), arrow])).values()]
}

/** Every top state, and what leads from one to another. */
function overviewArrows(explored: Explored): readonly Arrow[] {
  const labels = new Map<string, Set<string>>()
  for (const one of machineTransitions) {
    const { source, target, event, guard } = one
    const isTaken = explored.isTaken(one, 'login', 'setup', 'step_up')
    if (source === '' || target === undefined || !isTaken || topOf(source) === topOf(target)) continue
    const key = `${topOf(source)} ${topOf(target)}`
    labels.set(
      key,
      (labels.get(key) ?? new Set()).add(event ?? (guard === undefined ? '[else]' : `[${guard}]`)),
    )
  }
  return [...labels].map(([key, label]) => {
    const [from = '', to = ''] = key.split(' ')
    return { from, to, label: [...label].join(', ') }
  })
}

/** What may happen in any open state. */
function interruptions(): string {
  const rows = machineTransitions
    .filter(({ source }) => source === '')
    .map((one) => [
      code(one.event ?? ''),
      one.target === undefined ? 'stays' : code(one.target),
      labelOf(one),
    ])
  return table(['event', 'leads to', 'in full'], rows)
}

const READING =
  'An arrow reads `event [guard] / action`. Of several for the same event the first whose guard holds is taken, and ' +
  '`[else]` is what is left; those without an event are tried in the order of their numbers, as soon as the state is ' +
  'entered. Every event of a client has the guard `allowed` as well, and is refused, with a [reason](../reference/reasons.md), ' +
  'where that does not hold; neither is drawn. A state that `asks` is left within the same step, by the engine’s answer. ' +
  'A heavy border marks a final state; the states of other paths are drawn without what goes on in them.'

/** The machine as it runs, drawn as a whole and path by path. */
export function diagramPages(explored: Explored): readonly Page[] {
  const overview = page(
    'docs/diagrams/README.md',
    '# Diagrams',
    'Drawn from the running machine, `@sallyport/core/machine`. An arrow that no flow takes is left out: which ones are ' +
      'taken is found by a search of the machine.',
    '## Overview',
    draw(overviewArrows(explored)),
    'From every open state:',
    interruptions(),
    '## Paths',
    paths.map(({ file, title, text }) => `- [${title}](${file}.md). ${text}`).join('\n'),
  )
  const drawn = paths.map((path) =>
    page(
      `docs/diagrams/${path.file}.md`,
      `# ${path.title}`,
      path.text,
      draw(arrowsOf(path, explored)),
      READING,
      'What may happen in any state is in the [overview](README.md).',
    ),
  )
  return [overview, ...drawn]
}

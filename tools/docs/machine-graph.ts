import { twoFactorMachine } from '@sallyport/core/machine'
import type { FlowContext } from '../../packages/core/src/flow/context.ts'
import type { FlowEvent } from '../../packages/core/src/flow/events.ts'
import { type FlowState, flowStates } from '../../packages/core/src/flow/step.ts'

/** A transition of the running machine. */
export interface MachineTransition {
  /** Where it stands in the machine: the path of its state, `''` for the root. */
  readonly source: string
  /** Undefined: as soon as the state is entered. */
  readonly event: FlowEvent['type'] | undefined
  readonly guard: string | undefined
  readonly actions: readonly string[]
  /** The leaf state that it leads to; undefined: it stays. */
  readonly target: FlowState | undefined
  /** Its place among the transitions of its state and event: the first whose guard holds is taken. */
  readonly order: number
}

type Node = typeof twoFactorMachine.root

/** A name as XState keeps it: bare, or in an object with parameters. */
function nameOf(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'object' && value !== null && 'type' in value) return String(value.type)
  throw new Error('an action or a guard of the machine has no name')
}

const pathOf = (node: Node): string => node.path.join('.')

/** The leaf that is entered with a state. */
function leafOf(node: Node): FlowState {
  const [initial] = node.initial?.target ?? []
  const leaf = initial === undefined ? pathOf(node) : leafOf(initial)
  const known = flowStates.find((state) => state === leaf)
  if (known === undefined) throw new Error(`the machine leads to ${leaf}, which is no state`)
  return known
}

function transitionsOf(node: Node): readonly MachineTransition[] {
  const source = pathOf(node)
  const byEvent = [['', node.always ?? []] as const, ...node.transitions]
  return byEvent.flatMap(([event, transitions]) =>
    transitions.map(({ target, guard, actions }, order) => {
      const [leaf] = target ?? []
      return {
        source,
        event: event === '' ? undefined : (event as FlowEvent['type']), // the machine's own events
        guard: guard === undefined ? undefined : nameOf(guard),
        actions: actions.map(nameOf),
        target: leaf === undefined ? undefined : leafOf(leaf),
        order,
      }
    }),
  )
}

const all = (node: Node): readonly MachineTransition[] => [
  ...transitionsOf(node),
  ...Object.values(node.states).flatMap(all),
]

/** Every transition of the machine, in its order. */
export const machineTransitions: readonly MachineTransition[] = all(twoFactorMachine.root)

/** The transitions that a leaf state has: its own before those of the states around it. */
function transitionsFrom(state: FlowState): readonly MachineTransition[] {
  const parts = state.split('.')
  const sources = [...parts.map((_, index) => parts.slice(0, parts.length - index).join('.')), '']
  return sources.flatMap((source) => machineTransitions.filter((one) => one.source === source))
}

/** What a state asks of the engine as soon as it is entered. */
export function askOf(state: FlowState): string | undefined {
  const node = state.split('.').reduce((at: Node, key) => at.states[key] ?? at, twoFactorMachine.root)
  const [ask] = node.entry
  return ask === undefined ? undefined : nameOf(ask)
}

type Guard = (args: { readonly context: FlowContext; readonly event: FlowEvent }) => boolean

/** The transition that the machine takes for an event, by its own guards. */
export function takenTransition(
  state: FlowState,
  event: FlowEvent | undefined,
  context: FlowContext,
): MachineTransition | undefined {
  const guards = twoFactorMachine.implementations.guards as Readonly<Record<string, Guard>> // functions, all of them
  return transitionsFrom(state)
    .filter((one) => one.event === event?.type)
    .find(({ guard }) => {
      // A transition that needs no event has guards that look at none.
      if (guard === undefined) return true
      return guards[guard]?.({ context, event: event as FlowEvent }) === true
    })
}

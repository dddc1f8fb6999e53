import type { Caller, ClientEvent, RefusalReason, Step, TwoFactor } from '@sallyport/core'
import { NotAsNarrated } from './narrator.ts'

export type StateName = Step['state']

/** The step of one state: the final states share a type, so it is picked by what its state may be. */
export type StepIn<State extends StateName> = Step extends infer One
  ? One extends { readonly state: infer States }
    ? State extends States
      ? One & { readonly state: State }
      : never
    : never
  : never

/** Checks that a step is what the scene says it is. */
export function expectStep<State extends StateName>(
  step: Step,
  state: State,
  refused: RefusalReason | null = null,
): StepIn<State> {
  const reason = step.refusal?.reason ?? null
  if (step.state !== state) throw new NotAsNarrated(`the flow should be ${state} and is ${step.state}`)
  if (reason !== refused) {
    throw new NotAsNarrated(
      `the event should be ${refused === null ? 'taken' : `refused as ${refused}`}, and ${reason === null ? 'was taken' : `was refused as ${reason}`}`,
    )
  }
  return step as unknown as StepIn<State> // its state was checked just now
}

/** The event by which a user proves something: a code, as they typed it. */
export const prove = (proof: string): ClientEvent => ({ type: 'proof_submitted', proof })

/** What a host's session knows of its user's factors. */
export type Session = { -readonly [Key in keyof Caller]: Caller[Key] }

/** One flow as the host walks it. Each call says in which state it must end, and why it is refused, if it is. */
export interface Walk {
  readonly flow: string
  send<State extends StateName>(
    event: ClientEvent,
    to: State,
    refused?: RefusalReason,
  ): Promise<StepIn<State>>
  /** Sends what no honest client would. */
  sendRaw<State extends StateName>(event: unknown, to: State, refused: RefusalReason): Promise<StepIn<State>>
  /** Sends an event whose answer nobody foretells. */
  sendAny(event: ClientEvent): Promise<Step>
  view<State extends StateName>(to: State, refused?: RefusalReason): Promise<StepIn<State>>
  cancel(): Promise<StepIn<'cancelled'>>
}

/** What a walk needs of its host. */
export interface Guide {
  readonly flow: string
  readonly session: Session | undefined
  readonly twoFactor: () => TwoFactor
  /** Makes a call, and shows the step that it gave. */
  readonly show: (name: string, event: ClientEvent | null, call: () => Promise<Step>) => Promise<Step>
}

export function createWalk({ flow, session, twoFactor, show }: Guide): Walk {
  const options = () => (session === undefined ? {} : { caller: { ...session } }) // as it is by then
  const send = (event: ClientEvent) => show(event.type, event, () => twoFactor().send(flow, event, options()))
  return {
    flow,
    async send(event, to, refused) {
      return expectStep(await send(event), to, refused)
    },
    async sendRaw(event, to, refused) {
      return expectStep(await send(event as ClientEvent), to, refused) // which it is not
    },
    sendAny: send,
    async view(to, refused) {
      return expectStep(await show('view', null, () => twoFactor().view(flow, options())), to, refused)
    },
    async cancel() {
      return expectStep(await show('cancel', null, () => twoFactor().cancel(flow, options())), 'cancelled')
    },
  }
}

import { type Caller, type ClientEvent, type ClientEventType, type Step, systemClock } from '@sallyport/core'
import { createNarrator, eventDetails } from '../narrator.ts'
import { stepRows, URI_LABEL } from '../step-rows.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { createAcme, LABEL, USER_ID } from './acme.ts'
import { createDialog, Left, type Option } from './dialog.ts'
import { choicesOf } from './menu.ts'
import type { Prompt } from './prompt.ts'
import { drawQrCode } from './qr-code.ts'

const INTRODUCTION = `This is Acme, where everyone must have a second factor. You are ${LABEL}, and your password \
has just been checked. Set up the authenticator app on your phone, and log in by the codes that it shows. The clock \
is the real one; times are UTC. Nothing is sent and nothing is stored: mails and texts to you appear here. Type the \
letter of what you want to do, or a code where one is asked for. Ctrl-C leaves.`

/** Lets a person play a user, on their own phone, from the initial enrollment on. Resolves when they leave. */
export async function playYourself(terminal: Terminal, prompt: Prompt): Promise<void> {
  const narrator = createNarrator(terminal)
  const dialog = createDialog(terminal, prompt)
  const { twoFactor, takeMessages } = createAcme()
  let session: Caller | undefined
  /** What the browser keeps, and whether its user wants it to. */
  const browser: { token: string | null; isToRemember: boolean } = { token: null, isToRemember: false }

  const login = () =>
    play('login', () =>
      twoFactor.login({
        userId: USER_ID,
        firstFactor: { amr: ['pwd'], at: systemClock.now() },
        remembered: browser.token,
      }),
    )
  const setup = (caller: Caller) => play('setup', () => twoFactor.setup({ caller }))
  const stepUp = (caller: Caller) => play('stepUp', () => twoFactor.stepUp({ caller }))

  /** Plays one flow to its end. */
  async function play(name: string, open: () => Promise<Step>): Promise<void> {
    let step = await show(name, '', open)
    while (step.accepts.length > 0) {
      const { flow } = step
      const event = await nextEvent(step)
      const options = session === undefined ? {} : { caller: session }
      if (event === 'look') step = await show('view', '', () => twoFactor.view(flow, options))
      else if (event !== undefined) {
        step = await show(event.type, eventDetails(event), () => twoFactor.send(flow, event, options))
      }
    }
    keep(step)
  }

  /** Shows a step by the same rows as the tour, with the QR code drawn. */
  async function show(name: string, details: string, call: () => Promise<Step>): Promise<Step> {
    const at = systemClock.now()
    const step = await call()
    narrator.call(at, name, details)
    narrator.rows(stepRows(step, systemClock.now()).filter(({ label }) => label !== URI_LABEL))
    for (const sent of takeMessages()) narrator.message(sent)
    if ('provisioning' in step && step.provisioning?.kind === 'app') showQrCode(step.provisioning.uri)
    return step
  }

  function showQrCode(uri: string): void {
    terminal.line()
    for (const row of drawQrCode(uri, terminal.isColored)) terminal.line(row)
    if (!terminal.isColored)
      narrator.say('If your app does not read it on this background, type the key instead.')
  }

  /** What the person wants to send; `look`: the flow may be another by now; undefined: nothing yet. */
  async function nextEvent(step: Step): Promise<ClientEvent | 'look' | undefined> {
    const accepts: readonly ClientEventType[] = step.accepts
    const takesProof = accepts.includes('proof_submitted')
    const isLogin = step.state !== 'unavailable' && step.kind === 'login'
    const choices: Option<() => Promise<ClientEvent | 'look' | undefined>>[] = choicesOf(step).map(
      ({ label, event }) => ({ label, value: () => event(dialog) }),
    )
    if (takesProof && isLogin) {
      const label = `Remember this browser: ${browser.isToRemember ? 'yes' : 'no'}`
      const toggle = async () => {
        browser.isToRemember = !browser.isToRemember
        return undefined
      }
      choices.push({ label, value: toggle })
    }
    const caller = session
    if (step.state === 'managing' && !step.isFresh && caller !== undefined) {
      const again = async (): Promise<'look'> => {
        await stepUp(caller)
        return 'look'
      }
      choices.push({ label: 'Prove your second factor again', value: again })
    }
    const question = takesProof ? 'Your code, or a letter: ' : 'A letter: '
    const answer = await dialog.chooseOrType(question, choices)
    if ('chosen' in answer) return answer.chosen()
    if (answer.typed === '') return undefined
    if (takesProof) {
      const remember = isLogin ? { remember: browser.isToRemember } : {}
      return { type: 'proof_submitted', proof: answer.typed, ...remember }
    }
    narrator.say('There is no such letter here.')
    return undefined
  }

  /** Keeps what a host keeps of an outcome: how the factors were proven, and a token for the browser. */
  function keep({ outcome }: Step): void {
    if (outcome?.kind === 'authenticated') {
      const { userId, firstFactorAt, firstFactorChannel, secondFactorAt, remembered } = outcome
      session = { userId, firstFactorAt, firstFactorChannel, secondFactorAt }
      browser.token = remembered?.token ?? browser.token
    }
    if (outcome?.kind === 'verified' && session !== undefined) {
      session = { ...session, secondFactorAt: outcome.secondFactorAt }
    }
  }

  /** What there is to do between two flows. */
  async function wander(): Promise<void> {
    const caller = session
    const answer = await dialog.chooseOrType('A letter: ', [
      { label: 'Log in anew, with your password', value: login },
      ...(caller === undefined
        ? []
        : [
            { label: 'Open your security settings', value: () => setup(caller) },
            { label: 'Pay a bill, which asks for your second factor again', value: () => stepUp(caller) },
          ]),
      { label: 'Leave', value: () => Promise.reject(new Left()) },
    ])
    if ('chosen' in answer) await answer.chosen()
    else narrator.say('There is no such letter here.')
  }

  try {
    narrator.say(INTRODUCTION)
    await login()
    for (;;) await wander()
  } catch (error) {
    if (!(error instanceof Left)) throw error
    narrator.say('Goodbye.')
  } finally {
    prompt.close()
  }
}

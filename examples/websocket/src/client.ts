import process from 'node:process'
import { createInterface } from 'node:readline/promises'
import type { Step } from '@sallyport/core'
import type { Answer } from './messages.ts'
import { nextQuestion } from './next-event.ts'
import { openClient } from './open-client.ts'

const url = process.argv[2] ?? 'ws://127.0.0.1:3000'
const terminal = createInterface({ input: process.stdin, output: process.stdout, historySize: 0 }) // keeps no code
const ask = async (question: string) => (await terminal.question(`${question}: `)).trim()

let client = await openClient(url)

/** The step of an answer; an error is shown, and null. */
function stepOf(answer: Answer): Step | null {
  if (answer.type === 'step') return answer.step
  if (answer.type === 'error') console.log(`! ${answer.reason}`)
  return null
}

async function logIn(): Promise<Step> {
  for (;;) {
    const step = stepOf(await client.login(await ask('E-mail'), await ask('Password (it is shown)')))
    if (step !== null) return step
  }
}

/** Sends what the user answers. When the connection breaks, the flow goes on over a new one. */
async function proceed(step: Step): Promise<Step | null> {
  const question = nextQuestion(step)
  if (question === null) return null
  const event = question.event(await ask(question.text))
  try {
    return stepOf(await client.send(event))
  } catch (error) {
    console.log(`! ${error instanceof Error ? error.message : error}; connecting again`)
    client = await openClient(url)
    return stepOf(await client.resume(step.flow))
  }
}

function show(step: Step): void {
  console.log(`— ${step.state}${step.refusal === null ? '' : `: ${step.refusal.reason}`}`)
  if (step.state === 'enrolling' && step.provisioning?.kind === 'app')
    console.log(`Type into your authenticator app: ${step.provisioning.groupedSecret}`)
}

for (let step: Step | null = await logIn(); step !== null; step = await proceed(step)) show(step)
const me = await client.me()
console.log(me.type === 'me' ? `Logged in as ${me.email}.` : 'Not logged in.')
client.close()
terminal.close()

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { memoryStore } from '@sallyport/adapters-memory'
import type { Step } from '@sallyport/core'
import { simulatedAuthenticator } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { createHost } from '../../examples/tour/src/create-host.ts'
import type { HostOptions } from '../../examples/tour/src/host.ts'
import { choicesOf, type Questions } from '../../examples/tour/src/interactive/menu.ts'
import { createPrompt } from '../../examples/tour/src/interactive/prompt.ts'
import { createItinerary } from '../../examples/tour/src/itinerary.ts'
import { createNarrator } from '../../examples/tour/src/narrator.ts'
import type { Walk } from '../../examples/tour/src/walk.ts'
import { readQrCode } from './read-qr-code.ts'

/** Plays the interactive tour over pipes. */
function startTour() {
  const child = spawn(process.execPath, ['examples/tour/src/main.ts', '--interactive'])
  const printed = { all: '', sinceAnswer: '', errors: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    printed.all += chunk
    printed.sinceAnswer += chunk
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    printed.errors += chunk
  })
  const closed = once(child, 'close')

  return {
    /** Waits for a question, and gives what was printed before it. */
    async asked(question: string): Promise<string> {
      while (!printed.sinceAnswer.trimEnd().endsWith(question)) await once(child.stdout, 'data')
      return printed.sinceAnswer
    },
    async answer(question: string, line: string): Promise<void> {
      await this.asked(question)
      printed.sinceAnswer = ''
      child.stdin.write(`${line}\n`)
    },
    async choose(label: string): Promise<void> {
      const menu = await this.asked('letter:')
      printed.sinceAnswer = ''
      child.stdin.write(`${letterOf(menu, label)}\n`)
    },
    endInput: () => child.stdin.end(),
    async left() {
      const [status] = await closed
      return { status, errors: printed.errors, printed: printed.all }
    },
  }
}

/** The letter of a choice in a menu. */
function letterOf(printed: string, label: string): string {
  const letter = new RegExp(`^ {2}([a-z]) {2}${label}`, 'm').exec(printed)?.[1]
  if (letter === undefined) throw new Error(`there is no choice "${label}" in:\n${printed}`)
  return letter
}

const halfBlocks = (printed: string): readonly string[] =>
  printed.split('\n').filter((line) => line.length > 40 && /^[ ▀▄█]+$/u.test(line))

describe('a login on one’s own phone', () => {
  test('from the QR code to a remembered browser', async () => {
    const tour = startTour()
    await tour.choose('Set up authenticator')
    await tour.answer('(Enter for no name)', 'My phone')
    const shown = await tour.asked('Your code, or a letter:')
    const uri = readQrCode(halfBlocks(shown), 'light') ?? ''
    expect(uri).toMatch(/^otpauth:\/\/totp\/Acme:you%40acme\.test\?secret=/)
    // The key to type is the one in the picture, and stands there once.
    const [, key = ''] = /^ +key +(.+)$/m.exec(shown) ?? []
    expect(uri).toContain(`secret=${key.replaceAll(' ', '')}&`)
    expect(shown.split(key)).toHaveLength(2)
    expect(shown).not.toContain(key.replaceAll(' ', ''))

    const app = simulatedAuthenticator(uri)
    await tour.answer('letter:', app.wrongCodeAt(Date.now()))
    await tour.choose('Remember this browser: no')
    await tour.answer('letter:', app.codeAt(Date.now()))
    await tour.choose('Log in anew')
    await tour.choose('Open your security settings')
    await tour.answer('letter:', 'z')
    await tour.choose('Prove your second factor again')
    await tour.choose('Cancel')
    await tour.choose('Cancel')
    await tour.choose('Leave')

    const { status, errors, printed } = await tour.left()
    expect({ status, errors }).toEqual({ status: 0, errors: '' })
    expect(printed).toContain('4 attempts left')
    expect(printed).toContain('via initial_enrollment')
    expect(printed).toContain('via remembered_device')
    expect(printed).toContain('not fresh')
    expect(printed).toContain('There is no such letter here.')
    expect(printed).toMatch(/Goodbye\.\n$/)
  })

  test('ends cleanly at the end of the input, wherever that is', async () => {
    const tour = startTour()
    await tour.choose('Set up sms')
    await tour.asked('phone number:')
    tour.endInput()
    const { status, errors, printed } = await tour.left()
    expect({ status, errors }).toEqual({ status: 0, errors: '' })
    expect(printed).toMatch(/Goodbye\.\n$/)
  })
})

describe('the prompt', () => {
  /** Streams as a terminal has them. */
  function terminalStreams() {
    const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => input })
    const output = Object.assign(new PassThrough(), { isTTY: true, columns: 80 })
    return {
      input,
      prompt: createPrompt(input as unknown as NodeJS.ReadStream, output as unknown as NodeJS.WriteStream),
    } // all that the prompt uses of them
  }

  test('leaves at Ctrl-C, and stays left', async () => {
    const { input, prompt } = terminalStreams()
    const answer = prompt.ask('? ')
    input.write('123\u0003')
    expect(await answer).toBeUndefined()
    expect(await prompt.ask('? ')).toBeUndefined()
  })

  test('leaves at Ctrl-D', async () => {
    const { input, prompt } = terminalStreams()
    const answer = prompt.ask('? ')
    input.write('\u0004')
    expect(await answer).toBeUndefined()
  })

  test('keeps lines that come before their question, also from a pipe that has ended', async () => {
    const input = new PassThrough()
    const prompt = createPrompt(
      input as unknown as NodeJS.ReadStream,
      new PassThrough() as unknown as NodeJS.WriteStream,
    ) // as above
    input.end(' first \nsecond\n')
    expect(await prompt.ask('? ')).toBe('first')
    expect(await prompt.ask('? ')).toBe('second')
    expect(await prompt.ask('? ')).toBeUndefined()
  })
})

describe('the menu is made of the step alone', () => {
  const silent = {
    width: 100,
    isColored: false,
    line: () => undefined,
    paint: (_: unknown, text: string) => text,
  }
  const audience = () => ({ narrator: createNarrator(silent), itinerary: createItinerary() })
  const open = (options: HostOptions) => createHost(audience(), memoryStore, { seed: 'menu', ...options })
  const policy = { required: true, rescue: { email: {}, help: 'help@acme.test' } } as const

  /** The first step of a state, and the way to send an event to it. */
  const states: Readonly<Record<string, () => Promise<readonly [Walk, Step]>>> = {
    selecting: async () => (await open({ enrolled: ['authenticator', 'email'], policy })).login('selecting'),
    challenging: async () => {
      const ana = await open({ enrolled: ['authenticator', 'sms'], policy })
      await ana.offStage(({ recoveryCodes }, userId) => recoveryCodes.generate(userId))
      const [walk] = await ana.login('selecting')
      return [walk, await walk.send({ type: 'method_selected', method: 'sms' }, 'challenging')]
    },
    rescuing: async () => {
      const [walk] = await (await open({ enrolled: ['authenticator'], policy })).login('challenging')
      return [walk, await walk.send({ type: 'rescue_requested', option: 'email' }, 'rescuing')]
    },
    enrolling: async () => (await open({ policy })).login('enrolling'),
    managing: async () => {
      const ana = await open({ enrolled: ['authenticator', 'email'] })
      return ana.setup(await ana.signIn(), 'managing')
    },
  }
  const answers: Questions = {
    text: async (question) => (question.includes('address') ? '+4915123456780' : 'My name for it'),
    pick: async (_question, options) => options.at(-1)?.value,
  }

  test.each(Object.entries(states))('and each choice is an event that %s takes', async (_state, reach) => {
    const [, step] = await reach()
    const choices = choicesOf(step)
    const types = new Set<string>()
    for (const [index] of choices.entries()) {
      const [walk, again] = await reach()
      const event = await choicesOf(again)[index]?.event(answers)
      if (event === undefined) throw new Error('a choice without an event')
      types.add(event.type)
      const { refusal } = await walk.sendAny(event)
      // Time and the person's own address may speak against it, the event's form and place may not.
      expect([undefined, 'cooling_down', 'already_enrolled'], event.type).toContain(refusal?.reason)
    }
    const accepts: readonly string[] = step.accepts
    expect(types).toEqual(new Set(accepts.filter((type) => type !== 'proof_submitted')))
  })
})

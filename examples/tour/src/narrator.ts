import type { ClientEvent, EpochMs, Step } from '@sallyport/core'
import type { Sent } from '@sallyport/testkit'
import { stepRows } from './step-rows.ts'
import { type Terminal, type Tone, wrap } from './terminal/terminal.ts'
import { formatSpan, formatTime } from './terminal/time.ts'

/** The walk did not go as narrated. */
export class NotAsNarrated extends Error {
  override readonly name = 'NotAsNarrated'
}

/** Tells a scene, in columns: the time, a label, and what there is to say. */
export interface Narrator {
  /** How often something that was claimed has been found to hold. */
  readonly checks: number
  heading(title: string, aside: string): void
  say(text: string): void
  /** Says something that must hold. */
  check(claim: string, holds: boolean): void
  /** Time goes by. */
  pass(from: EpochMs, to: EpochMs): void
  /** What the host asks of the library. */
  call(at: EpochMs, name: string, details: string): void
  step(step: Step, now: EpochMs): void
  message(sent: Sent): void
  rows(rows: readonly { readonly label: string; readonly text: string; readonly tone?: Tone }[]): void
}

const MARGIN = '  '
const TIME_WIDTH = 10
const LABEL_WIDTH = 12

/** An event as the host sends it, less its type. */
export function eventDetails(event: ClientEvent): string {
  return Object.entries(event)
    .filter(([key]) => key !== 'type')
    .map(([key, value]) => `${key}: ${String(value)}`)
    .join(', ')
}

export function createNarrator({ width, line, paint }: Terminal): Narrator {
  let checks = 0
  const indent = MARGIN + ' '.repeat(TIME_WIDTH)
  const textWidth = width - indent.length - LABEL_WIDTH

  const row = (label: string, text: string, tone: Tone = 'plain'): void => {
    for (const [index, part] of wrap(text, textWidth).entries()) {
      const head = (index === 0 ? label : '').padEnd(LABEL_WIDTH)
      line(part === '' ? '' : `${indent}${paint('dim', head)}${paint(tone, part)}`)
    }
  }

  return {
    get checks() {
      return checks
    },
    heading(title, aside) {
      const gap = ' '.repeat(Math.max(2, width - title.length - aside.length))
      line()
      line(paint('dim', '-'.repeat(width)))
      line(`${paint('title', title)}${gap}${paint('dim', aside)}`.trimEnd())
      line(paint('dim', '-'.repeat(width)))
    },
    say(text) {
      line()
      for (const part of wrap(text, width - MARGIN.length)) line(`${MARGIN}${part}`)
    },
    check(claim, holds) {
      if (!holds) throw new NotAsNarrated(`this does not hold: ${claim}`)
      checks++
      row('checked', claim, 'good')
    },
    pass(from, to) {
      line()
      const [time = '', date] = formatTime(to, from).split(' ').reverse()
      line(
        `${MARGIN}${paint('dim', time.padEnd(TIME_WIDTH))}... ${formatSpan(to - from)} later${date === undefined ? '' : `, on ${date}`}`,
      )
    },
    call(at, name, details) {
      const [first = '', ...more] = wrap(details, width - MARGIN.length - TIME_WIDTH - name.length - 2)
      line()
      line(
        `${MARGIN}${paint('dim', formatTime(at, at).padEnd(TIME_WIDTH))}${paint('title', name)}  ${first}`.trimEnd(),
      )
      for (const part of more) line(`${' '.repeat(MARGIN.length + TIME_WIDTH + name.length + 2)}${part}`)
    },
    step(step, now) {
      for (const { label, text, tone } of stepRows(step, now)) row(label, text, tone)
    },
    message({ channel, message }) {
      const subject = 'subject' in message ? `: ${message.subject}` : ''
      row(channel === 'email' ? 'mail' : 'text', `to ${message.to}${subject}`, 'message')
      row('', message.text, 'message')
    },
    rows(rows) {
      for (const { label, text, tone } of rows) row(label, text, tone)
    },
  }
}

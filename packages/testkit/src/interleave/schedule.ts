/** A call that a process makes to the outside: where it can be overtaken, and where it can die. */
export type Port = 'load' | 'commit' | 'purge' | 'forget' | 'send' | 'find_user' | 'host' | 'inside_store'

/** What becomes of such a call, or of the process that makes it. */
export type Fate =
  /** It is answered as it should be. */
  | 'done'
  /** The process dies before the call takes effect. */
  | 'crash_before'
  /** The call takes effect, and the process dies before it hears of it. */
  | 'crash_after'
  /** The process dies with its commit on the way, which arrives some time later. */
  | 'crash_in_flight'
  /** The store, or the sender, says that surely nothing happened. */
  | 'refused'
  /** Nothing happened, and the process cannot know that. */
  | 'lost_request'
  /** It took effect, and the process cannot know that. */
  | 'lost_answer'
  /** The commit is on the way and arrives some time later; until then its process cannot know that. */
  | 'in_flight'

/** One choice of a schedule: the call of which client comes next, and what becomes of it. */
export interface Choice {
  /** The letter of the client. */
  readonly client: string
  /** `arrives`: the client's oldest commit on the way reaches the store. */
  readonly fate: Fate | 'arrives'
}

/** What can become of each call: first of all that it is answered. */
export const fatesOf: Readonly<Record<Port, readonly Fate[]>> = {
  load: ['done', 'crash_before', 'refused'],
  commit: [
    'done',
    'crash_before',
    'crash_after',
    'crash_in_flight',
    'refused',
    'lost_request',
    'lost_answer',
    'in_flight',
  ],
  purge: ['done', 'crash_before', 'crash_after'],
  forget: ['done', 'crash_before', 'crash_after'],
  send: ['done', 'crash_before', 'crash_after', 'refused', 'lost_request', 'lost_answer'],
  find_user: ['done'],
  host: ['done'],
  inside_store: ['done', 'crash_before'],
}

const marks: Readonly<Record<Choice['fate'], string>> = {
  done: '',
  crash_before: '!',
  crash_after: '+',
  crash_in_flight: '^',
  refused: '-',
  lost_request: '/',
  lost_answer: '~',
  in_flight: '>',
  arrives: '*',
}

/** Whether the process dies of it. */
export const isCrash = (fate: Choice['fate']): boolean => fate.startsWith('crash')

/** Whether two choices are the same. */
export const isSameChoice = (one: Choice, other: Choice): boolean =>
  one.client === other.client && one.fate === other.fate

/** A schedule as text: a letter for each choice, and after it what became of the call when it was not answered. */
export const formatSchedule = (schedule: readonly Choice[]): string =>
  schedule.map(({ client, fate }) => client + marks[fate]).join('')

/**
 * Reads a schedule from its text.
 *
 * @throws {TypeError} When it is none.
 */
export function parseSchedule(text: string): readonly Choice[] {
  const fates = new Map(Object.entries(marks).map(([fate, mark]) => [mark, fate as Choice['fate']])) // its keys
  const read = text.match(/[a-z][^a-z]?/g) ?? []
  if (read.join('') !== text) throw new TypeError('a schedule is letters of clients with marks after them')
  return read.map((item) => {
    const fate = fates.get(item.slice(1))
    if (fate === undefined) throw new TypeError(`no choice of a schedule is written "${item}"`)
    return { client: item.slice(0, 1), fate }
  })
}

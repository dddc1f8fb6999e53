import type { Terminal } from '../terminal/terminal.ts'
import type { Questions } from './menu.ts'
import type { Prompt } from './prompt.ts'

/** The person has left. */
export class Left extends Error {}

/** What may be chosen by a letter. */
export interface Option<Value> {
  readonly label: string
  readonly value: Value
}

/** A conversation by lines: texts, letters for choices, and codes. */
export interface Dialog extends Questions {
  /** The value of the letter that was typed, or the text, where it is no letter. */
  chooseOrType<Value>(
    question: string,
    options: readonly Option<Value>[],
  ): Promise<{ readonly chosen: Value } | { readonly typed: string }>
}

const MARGIN = '  '
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** @throws {Left} From every question, once the person has left. */
export function createDialog({ line, paint }: Terminal, prompt: Prompt): Dialog {
  const ask = async (question: string): Promise<string> => {
    const answer = await prompt.ask(`${MARGIN}${question}`)
    if (answer === undefined) throw new Left()
    return answer
  }

  const dialog: Dialog = {
    text: ask,
    async chooseOrType(question, options) {
      line()
      for (const [index, { label }] of options.entries()) {
        line(`${MARGIN}${paint('title', LETTERS.charAt(index))}  ${label}`)
      }
      const typed = await ask(question)
      const option = typed.length === 1 ? options[LETTERS.indexOf(typed.toLowerCase())] : undefined
      return option === undefined ? { typed } : { chosen: option.value }
    },
    async pick(question, options) {
      for (;;) {
        const answer = await dialog.chooseOrType(`${question} A letter, or Enter to go back: `, options)
        if ('chosen' in answer) return answer.chosen
        if (answer.typed === '') return undefined
      }
    },
  }
  return dialog
}

import { createInterface } from 'node:readline'

/** Asks a person for lines of text. */
export interface Prompt {
  /** The next line, without blanks around it; undefined when the person has left (end of input, Ctrl-C). */
  ask(question: string): Promise<string | undefined>
  close(): void
}

/** Reads from a terminal or a pipe. Lines that come before they are asked for wait for their question. */
export function createPrompt(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Prompt {
  const isTerminal = input.isTTY === true && output.isTTY === true
  const reader = createInterface({ input, output, terminal: isTerminal, historySize: 0 }) // no code is kept
  const waiting: string[] = []
  let answer: ((line: string | undefined) => void) | undefined
  let isOpen = true

  const give = (line: string | undefined): void => {
    const take = answer
    answer = undefined
    take?.(line)
  }
  reader.on('line', (line) => (answer === undefined ? waiting.push(line.trim()) : give(line.trim())))
  reader.on('SIGINT', () => reader.close())
  reader.on('close', () => {
    isOpen = false
    give(undefined)
  })

  return {
    ask(question) {
      const early = waiting.shift()
      if (early !== undefined) {
        output.write(`${question}\n`)
        return Promise.resolve(early)
      }
      if (!isOpen) return Promise.resolve(undefined)
      return new Promise((resolve) => {
        answer = resolve
        reader.setPrompt(question)
        reader.prompt()
      })
    },
    close: () => reader.close(),
  }
}

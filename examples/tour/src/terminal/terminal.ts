import { styleText } from 'node:util'

/** What a text is, for those who see colors; nothing is said by color alone. */
export type Tone = 'plain' | 'title' | 'dim' | 'state' | 'good' | 'bad' | 'message'

const styles: Readonly<Record<Tone, Parameters<typeof styleText>[0]>> = {
  plain: 'reset',
  title: 'bold',
  dim: 'gray',
  state: ['bold', 'cyan'],
  good: 'green',
  bad: 'yellow',
  message: 'magenta',
}

/** Where the tour is printed. */
export interface Terminal {
  /** Columns to fill at the most. */
  readonly width: number
  readonly isColored: boolean
  line(text?: string): void
  paint(tone: Tone, text: string): string
}

/** Wider lines are hard to read, narrower ones hard to lay out. */
const MAX_WIDTH = 100
const MIN_WIDTH = 60

/** Whether to color: only what a person looks at, and who has not asked for none (https://no-color.org). */
export function wantsColor(stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && (env['NO_COLOR'] ?? '') === ''
}

/** Prints to a stream, such as the standard output. */
export function terminal(stream: NodeJS.WriteStream, env: NodeJS.ProcessEnv): Terminal {
  const isColored = wantsColor(stream, env)
  return {
    width: Math.max(MIN_WIDTH, Math.min(MAX_WIDTH, stream.columns ?? MAX_WIDTH)),
    isColored,
    line: (text = '') => void stream.write(`${text}\n`),
    paint: (tone, text) =>
      isColored && tone !== 'plain' ? styleText(styles[tone], text, { validateStream: false }) : text,
  }
}

/** Breaks a text into lines of at most `width` characters, at blanks; a word that is longer stays whole. */
export function wrap(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = []
    let line = ''
    for (const word of paragraph.split(' ')) {
      if (line !== '' && line.length + 1 + word.length > width) {
        lines.push(line)
        line = word
      } else {
        line = line === '' ? word : `${line} ${word}`
      }
    }
    return [...lines, line]
  })
}

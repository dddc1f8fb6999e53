import { relative, resolve } from 'node:path'
import {
  isCallExpression,
  isIdentifier,
  isNoSubstitutionTemplateLiteral,
  isPropertyAccessExpression,
  isStringLiteral,
  type Node,
  type SourceFile,
} from 'typescript/unstable/ast'
import { API } from 'typescript/unstable/sync'

/** A test, or a group of tests, as it is called in its file. */
export interface NamedTest {
  /** From the root of the repository. */
  readonly file: string
  /** The title, and the texts of the table that it is run for, if any. */
  readonly texts: readonly string[]
}

/** Reads the names of all tests by TypeScript's own parser; see `readDeclarations`. */
export function readTestTitles(): readonly NamedTest[] {
  const api = new API({ cwd: process.cwd() })
  try {
    const snapshot = api.updateSnapshot({ openProject: resolve('tsconfig.json') })
    const program = snapshot.getProjects()[0]?.program
    const files = program?.getSourceFileNames().filter((file) => file.endsWith('.test.ts')) ?? []
    if (files.length === 0) throw new Error('there are no tests in tsconfig.json')
    return files.toSorted().flatMap((file) => {
      const source = program?.getSourceFile(file)
      return source === undefined ? [] : titlesIn(source)
    })
  } finally {
    api.close()
  }
}

function titlesIn(source: SourceFile): readonly NamedTest[] {
  const file = relative(process.cwd(), source.fileName)
  const found: NamedTest[] = []
  const visit = (node: Node): void => {
    if (isCallExpression(node) && ['test', 'describe'].includes(rootOf(node.expression))) {
      const [first] = node.arguments
      const title = first === undefined ? null : textOf(first)
      if (title !== null) found.push({ file, texts: [title, ...textsIn(node.expression)] })
    }
    node.forEachChild(visit)
  }
  visit(source)
  return found
}

/** The name at the root of `test`, `test.each(…)` or `describe.each(…)`. */
function rootOf(node: Node): string {
  if (isIdentifier(node)) return node.text
  return isCallExpression(node) || isPropertyAccessExpression(node) ? rootOf(node.expression) : ''
}

const textOf = (node: Node): string | null =>
  isStringLiteral(node) || isNoSubstitutionTemplateLiteral(node) ? node.text : null

function textsIn(node: Node): readonly string[] {
  const texts: string[] = []
  const visit = (inner: Node): void => {
    const text = textOf(inner)
    if (text !== null) texts.push(text)
    inner.forEachChild(visit)
  }
  visit(node)
  return texts
}

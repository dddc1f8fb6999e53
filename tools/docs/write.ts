import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { GENERATED, type Page } from './page.ts'

/** What is on disk and is not what the code says. */
export interface Drift {
  /** Pages that are missing or other than they should be. */
  readonly stale: readonly Page[]
  /** Files of an earlier run that no page stands for any more. */
  readonly removed: readonly string[]
}

/** Compares pages with the files under a folder. */
export function driftOf(pages: readonly Page[], root: string): Drift {
  const removed = globSync('docs/{reference,diagrams}/*.md', { cwd: root }).filter(
    (path) =>
      contentOf(root, path)?.startsWith(GENERATED) === true && pages.every((one) => one.path !== path),
  )
  return { stale: pages.filter(({ path, text }) => contentOf(root, path) !== text), removed }
}

/** Makes the files what the code says. */
export function mend({ stale, removed }: Drift, root: string): void {
  for (const { path, text } of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  for (const path of removed) rmSync(join(root, path))
}

function contentOf(root: string, path: string): string | undefined {
  try {
    return readFileSync(join(root, path), 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

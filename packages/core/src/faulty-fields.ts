import type { z } from 'zod'

/** Fields that hold a record: its keys are no fields but data, such as a phone number. */
const RECORDS: ReadonlySet<PropertyKey> = new Set(['cooldowns', 'notices', 'methods'])

/** Names the fields that a schema has found at fault, each once and none by its data; `whole` names the document. */
export function faultyFields({ issues }: z.ZodError, whole: string): string {
  const fields = issues.map(({ path }) => {
    const record = path.findIndex((segment) => RECORDS.has(segment))
    return (record === -1 ? path : path.slice(0, record + 1)).join('.') || whole
  })
  return [...new Set(fields)].join(', ')
}

import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { createSqlStore, sqliteStore } from '@sallyport/adapters-sql'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { dropTables, freshPrefix, hostKysely, mysqlUnavailable, postgresUnavailable } from './databases.ts'
import { describeOn } from './under-vitest.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const readme = readFileSync(join(root, 'docs/storage/README.md'), 'utf8')

/** The queries that the documentation gives operators, with values in them. */
const queries = [...readme.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, query = '']) =>
  query.replaceAll(':now', '1767225600000').replaceAll(':user', `'ada'`),
)

describe('the queries for operators', () => {
  test('are there', () => {
    expect(queries).toHaveLength(7)
  })

  test('run on SQLite', () => {
    const database = new DatabaseSync(':memory:')
    sqliteStore(database)
    for (const query of queries) expect(Array.isArray(database.prepare(query).all())).toBe(true)
  })
})

for (const [name, dialect, reason] of [
  ['PostgreSQL', 'postgres', await postgresUnavailable()],
  ['MariaDB', 'mysql', await mysqlUnavailable()],
] as const) {
  describeOn(name, reason, () => {
    test('runs the queries for operators', async () => {
      const kysely = hostKysely(dialect, 1)
      const prefix = freshPrefix()
      await createSqlStore(kysely, { dialect, prefix }).migrate()
      for (const query of queries) {
        const { rows } = await sql.raw(query.replaceAll('sallyport_', prefix)).execute(kysely)
        expect(Array.isArray(rows)).toBe(true)
      }
      await dropTables(kysely, prefix)
      await kysely.destroy()
    })
  })
}

test('what the pages on storage link to is there', () => {
  const links = globSync('docs/storage/*.md', { cwd: root }).flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link = '']) =>
      join(root, dirname(page), link),
    ),
  )
  expect(links.length).toBeGreaterThan(4)
  expect(links.filter((link) => !existsSync(link))).toEqual([])
})

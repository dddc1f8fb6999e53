import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { databases, type OpenStore } from './databases.ts'
import { contractUnderVitest } from './under-vitest.ts'

for (const database of databases) {
  const reason = await database.unavailable()

  describe(database.name, () => {
    if (reason !== null) {
      test('is there to be tested', ({ skip }) => {
        expect(process.env['CI'], reason).not.toBe('true')
        console.warn(`${database.name} is not tested: ${reason}`)
        skip(reason)
      })
      return
    }

    let opened: OpenStore
    beforeAll(async () => {
      opened = await database.open()
    })
    afterAll(() => opened.close())

    contractUnderVitest(() => opened.store)
  })
}

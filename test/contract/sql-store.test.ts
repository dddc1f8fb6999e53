import { afterAll, beforeAll } from 'vitest'
import { databases, type OpenStore } from './databases.ts'
import { contractUnderVitest, describeOn } from './under-vitest.ts'

for (const database of databases) {
  describeOn(database.name, await database.unavailable(), () => {
    let opened: OpenStore
    beforeAll(async () => {
      opened = await database.open()
    })
    afterAll(() => opened.close())

    contractUnderVitest(() => opened.store)
  })
}

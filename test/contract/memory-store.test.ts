import { memoryStore } from '@sallyport/adapters-memory'
import { faultyStore, recordingStore } from '@sallyport/testkit'
import { describe } from 'vitest'
import { contractUnderVitest } from './under-vitest.ts'

describe('memoryStore', () => contractUnderVitest(memoryStore))

describe('faultyStore without a fault', () =>
  contractUnderVitest(() => {
    const store = memoryStore()
    return { ...faultyStore(store, []), auditOf: store.auditOf }
  }))

describe('recordingStore', () =>
  contractUnderVitest(() => {
    const store = memoryStore()
    const { load, commit, purge, forget } = recordingStore(store)
    return { load, commit, purge, forget, auditOf: store.auditOf }
  }))

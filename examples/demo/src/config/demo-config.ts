import type { PolicyInput } from '@sallyport/core'
import type { ConfiguredUser, HttpConfig } from './schema.ts'
import type { Senders } from './senders.ts'

/** What the server is made of. */
export interface DemoConfig {
  readonly policy: PolicyInput
  readonly users: readonly ConfiguredUser[]
  readonly senders: Senders
  readonly http: HttpConfig
}

import type { Step } from '@sallyport/core'
import { z } from 'zod'

const id = z.int().nonnegative().describe('Chosen by the client; the answer has it too.')

/** What a client may say. Whose flow an event goes to is not for it to say: that is the connection's. */
export const requestSchema = z.discriminatedUnion('type', [
  z.strictObject({
    id,
    type: z.literal('login'),
    email: z.string().max(254),
    password: z.string().max(1_000),
  }),
  z.strictObject({ id, type: z.literal('resume'), flow: z.string().max(1_000) }),
  z.strictObject({ id, type: z.literal('send'), event: z.unknown() }), // core parses it
  z.strictObject({ id, type: z.literal('me') }),
])

export type ClientRequest = z.infer<typeof requestSchema>

export type ErrorReason =
  | 'malformed'
  | 'credentials_invalid'
  | 'already_logged_in'
  | 'not_logged_in'
  | 'no_flow'
  | 'busy'
  | 'internal_error'

/** What the server says: one answer to each request. `id` is null where the request's could not be read. */
export type Answer =
  | { readonly id: number; readonly type: 'step'; readonly step: Step }
  | { readonly id: number; readonly type: 'me'; readonly email: string | null }
  | { readonly id: number | null; readonly type: 'error'; readonly reason: ErrorReason }

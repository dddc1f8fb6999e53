import type { Envelope } from './envelope.ts'
import type { EndpointName } from './paths.ts'

/** What a page is made of: the same that a client of JSON is told. */
export interface PageInput {
  readonly request: Request
  /** Null where no endpoint is at this path. */
  readonly endpoint: EndpointName | null
  readonly status: number
  /** What JSON would say, with the texts, the fields at fault and the CSRF token for the next form. */
  readonly envelope: Envelope
}

/**
 * Answers clients that want no JSON. Cookies and headers are put on what it gives, so a page decides nothing:
 * it shows the envelope, or leads on to the next path.
 */
export type Pages = (input: PageInput) => Response | Promise<Response>

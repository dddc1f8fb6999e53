import type { z } from 'zod'
import { type Answer, type Failure, isFailure } from './answer.ts'
import { parseBody } from './body.ts'
import type { Exchange } from './exchange.ts'
import type { Environment } from './options.ts'
import type { FailureStatus } from './reasons.ts'

/** The methods that endpoints have. */
export type HttpMethod = 'GET' | 'POST' | 'PATCH' | 'DELETE'

/** One method of an endpoint: what it does, and what of it stands in the OpenAPI document. */
export interface Operation {
  readonly summary: string
  readonly body: z.ZodObject | null
  readonly response: z.ZodObject
  readonly failures: readonly FailureStatus[]
  readonly run: (env: Environment, exchange: Exchange) => Promise<Answer>
}

/** An endpoint: what is at one path. */
export type Endpoint = Readonly<Partial<Record<HttpMethod, Operation>>>

interface Described {
  readonly summary: string
  readonly response: z.ZodObject
  readonly failures: readonly FailureStatus[]
}

/** An operation that takes no fields. */
export function reading(
  described: Described & { readonly run: (env: Environment, exchange: Exchange) => Promise<Answer> },
): Operation {
  return { ...described, body: null }
}

/**
 * An operation that takes fields of a subject: a pending login, a session. Without the one, no field is looked at. The
 * subject is looked for before the fields are known to be good, so looking for it writes nothing.
 */
export function taking<Shape extends z.ZodRawShape, Subject extends object>(
  described: Described & {
    readonly body: z.ZodObject<Shape>
    readonly subject: (env: Environment, exchange: Exchange) => Promise<Subject | Failure>
    readonly run: (
      env: Environment,
      exchange: Exchange,
      fields: z.output<z.ZodObject<Shape>>,
      subject: Subject,
    ) => Promise<Answer>
  },
): Operation {
  const { body, subject, run } = described
  return {
    ...described,
    run: async (env, exchange) => {
      const found = await subject(env, exchange)
      if (isFailure(found)) return found
      const fields = parseBody(body, exchange.body)
      return isFailure(fields) ? fields : run(env, exchange, fields, found)
    },
  }
}

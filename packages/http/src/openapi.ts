import { z } from 'zod'
import { MAX_BODY_BYTES } from './body.ts'
import type { HttpMethod, Operation } from './endpoint.ts'
import { endpoints, pathOf } from './endpoints.ts'
import { defaultPaths, type EndpointName, type Paths } from './paths.ts'
import { reasonRules } from './reasons.ts'
import { csrfTokenField, failureResponse } from './responses.ts'

/** A part of an OpenAPI document: plain JSON. */
export type OpenApiPart = Readonly<Record<string, unknown>>

const envelopeOf = (code: number, response: z.ZodObject): OpenApiPart =>
  schemaOf(z.object({ meta: z.object({ code: z.literal(code) }), response }), 'output')

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): OpenApiPart {
  const { $schema: _dialect, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

const csrfField = z
  .string()
  .optional()
  .describe('Or the header X-CSRF-Token. Not needed from the same origin.')

const meanings: Readonly<Record<string, string>> = {
  400: 'Not valid, or not in this state.',
  401: 'Not logged in, or not fresh: `reauth_required` and `reauth_methods` say how to become so.',
  404: 'There is none.',
  429: 'Locked, or too early: `retry_after` says for how many seconds.',
  500: 'The code could not be sent; the flow stays usable.',
  503: 'Too much at once, or the store is down. Nothing has changed.',
}

function describeOperation(
  name: EndpointName,
  method: HttpMethod,
  path: string,
  operation: Operation,
): OpenApiPart {
  const { summary, body, response, failures } = operation
  const parameters = [...path.matchAll(/:(\w+)/g)].map(([, parameter]) => ({
    name: parameter,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const content = (schema: OpenApiPart) => ({ content: { 'application/json': { schema } } })
  const request = body === null ? null : schemaOf(body.extend({ csrf_token: csrfField }), 'input')
  return {
    operationId: `${method.toLowerCase()}${name[0]?.toUpperCase()}${name.slice(1)}`,
    summary,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(request === null
      ? {}
      : {
          requestBody: {
            required: true,
            content: {
              'application/json': { schema: request },
              'application/x-www-form-urlencoded': { schema: request },
            },
          },
        }),
    responses: {
      200: {
        description: 'Granted.',
        ...content(envelopeOf(200, response.extend({ csrf_token: csrfTokenField }))),
      },
      ...Object.fromEntries(
        failures.map((status) => [
          status,
          { description: meanings[status], ...content({ $ref: '#/components/schemas/Failure' }) },
        ]),
      ),
    },
  }
}

/** Generates the OpenAPI 3.1 document of the endpoints, from the schemas that parse their requests. */
export function describeHttp(paths: Paths = defaultPaths): OpenApiPart {
  const described = Object.entries(endpoints).map(([key, endpoint]) => {
    const name = key as keyof typeof endpoints // entries loses the keys
    const path = pathOf(paths, name)
    const operations = Object.entries(endpoint).map(([method, operation]) => [
      method.toLowerCase(),
      describeOperation(name, method as HttpMethod, path, operation), // as above
    ])
    return [path.replace(/:(\w+)/g, '{$1}'), Object.fromEntries(operations)]
  })
  const failure = z.object({
    meta: z.object({ code: z.int() }),
    response: failureResponse.extend({ csrf_token: csrfTokenField }),
  })
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sallyport',
      version: '1',
      description: `Two-factor authentication over HTTP. Bodies are limited to ${MAX_BODY_BYTES} bytes. Every answer is an envelope; the \`reason\` of a failure is one of: ${Object.keys(reasonRules).toSorted().join(', ')}.`,
    },
    paths: Object.fromEntries(described),
    components: {
      schemas: { Failure: schemaOf(failure, 'output') },
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'session' },
        bearer: { type: 'http', scheme: 'bearer' },
        flow: { type: 'apiKey', in: 'header', name: 'X-TF-Flow' },
      },
    },
  }
}

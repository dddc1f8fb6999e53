import { z } from 'zod'

// What successes hold, for the OpenAPI document; the tests hold every answer to it.

/** What the host tells of a user. */
export const userField: z.ZodType = z.looseObject({
  authentication_token: z
    .string()
    .optional()
    .describe('With `include_auth_token`, where tokens are on; it takes the place of the one that was sent.'),
})

/** Ways of rescue, each with the path where it goes on. */
export const recoveryOptionsField: z.ZodType = z
  .record(z.string(), z.string())
  .describe('Ways in for a user who has lost a factor, each with the path where it goes on.')

const methodField = z
  .string()
  .nullable()
  .describe('`authenticator`, `email`, `sms` or a method of the host’s.')

/** A login that has ended or is pending. */
export const loginResponse: z.ZodObject = z.object({
  tf_required: z.boolean(),
  tf_state: z.enum(['ready', 'setup_from_login', 'validating_profile']).optional(),
  tf_method: methodField.optional(),
  tf_primary_method: methodField.optional(),
  tf_select: z.literal(true).optional(),
  tf_setup_methods: z.array(z.string()).optional(),
  tf_enrollments: z
    .array(
      z.object({
        id: z.string(),
        method: z.string(),
        name: z.string().nullable(),
        address: z.string().nullable(),
      }),
    )
    .optional(),
  tf_available_methods: z.array(z.string()).optional(),
  tf_flow_token: z.string().optional().describe('For clients without cookies: send it back as `X-TF-Flow`.'),
  recovery_options: recoveryOptionsField.optional(),
  user: userField.optional(),
})

/** A setup: what is enrolled, and what can be. */
export const setupShownResponse: z.ZodObject = z.object({
  tf_required: z.boolean(),
  tf_method: z.string().nullable(),
  tf_primary_method: z.string().nullable(),
  tf_phone_number: z.string().nullable(),
  tf_available_methods: z.array(z.string()),
  tf_enrollments: z.array(z.looseObject({ id: z.string(), method: z.string() })),
})

/** Nothing but the envelope. */
export const emptyResponse: z.ZodObject = z.object({})

/** Every envelope of a failure. */
export const failureResponse: z.ZodObject = z.looseObject({
  errors: z.array(z.string()),
  field_errors: z.record(z.string(), z.array(z.string())),
  reason: z.string(),
  retry_after: z.int().nullable().optional().describe('Seconds; null where only a rescue helps.'),
})

/** What every success carries, and every failure. */
export const csrfTokenField: z.ZodString = z
  .string()
  .describe('For the next request of a form, or of a client with cookies.')

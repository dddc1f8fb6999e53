import { phoneNumbers } from '@sallyport/adapters-delivery'
import { InputError, parseUserId } from '@sallyport/core'
import { z } from 'zod'
import { isBase32Secret } from './base32.ts'

const phones = phoneNumbers()

const text = z.string().min(1).max(254)
const userId = z.string().refine(isUserId, 'must be 1 to 255 bytes of text')
const phone = z
  .string()
  .refine(
    (number) => phones.toE164(number) === number,
    'must be a mobile number in E.164, such as +4915123456789',
  )

const enrollment = z.discriminatedUnion('method', [
  z.strictObject({
    method: z.literal('authenticator'),
    secret: z.string().refine(isBase32Secret, 'must be base32 of at least 128 bits (26 characters)'),
  }),
  z.strictObject({ method: z.literal('sms'), phone }),
  z.strictObject({ method: z.literal('email') }),
])

const user = z.strictObject({
  id: userId,
  email: z.email(),
  username: text.optional(),
  phone: phone.optional(),
  password: z.string().min(1).max(2_048),
  required: z.boolean().optional(),
  enrollments: z.array(enrollment).optional(),
})

const users = z
  .array(user)
  .min(1)
  .superRefine((all, context) => {
    for (const name of ['id', 'email', 'username'] as const) {
      const taken = new Set<string>()
      for (const [index, { [name]: value }] of all.entries()) {
        const key = name === 'email' ? value?.toLowerCase() : value
        if (key === undefined) continue
        if (taken.has(key))
          context.addIssue({ code: 'custom', path: [index, name], message: 'is taken twice' })
        taken.add(key)
      }
    }
  })

const COOKIE_NAME = /^[\w!#$%&'*.^`|~+-]+$/ // RFC 6265 §4.1.1

const http = z.strictObject({
  prefix: z.string().exactOptional(),
  paths: z.record(z.string(), z.string()).exactOptional(),
  cookieNames: z
    .strictObject({
      session: z.string().regex(COOKIE_NAME, 'must be a cookie’s name').exactOptional(),
      flow: z.string().exactOptional(),
      validity: z.string().exactOptional(),
      csrf: z.string().exactOptional(),
    })
    .exactOptional(),
  origin: z.string().exactOptional(),
  validitySameSite: z.enum(['Strict', 'Lax']).exactOptional(),
  csrf: z
    .strictObject({
      headers: z.array(z.string().regex(COOKIE_NAME, 'must be a header’s name')).exactOptional(),
      cookieName: z.string().regex(COOKIE_NAME, 'must be a cookie’s name').nullable().exactOptional(),
    })
    .exactOptional(),
})

/** The file that `--config` names. What has a parser of its own elsewhere (policy, senders, paths) is left to it. */
export const configFileSchema = z.strictObject({
  policy: z.record(z.string(), z.unknown()).optional(),
  users: users.optional(),
  smtp: z.string().optional(),
  mailFrom: z.string().optional(),
  twilio: z
    .strictObject({
      accountSid: z.string(),
      authToken: z.string(),
      from: z.string().exactOptional(),
      messagingServiceSid: z.string().exactOptional(),
      baseUrl: z.string().exactOptional(),
    })
    .optional(),
  http: http.optional(),
})

export type ConfigFile = z.output<typeof configFileSchema>
export type ConfiguredUser = z.output<typeof user>
export type HttpConfig = z.output<typeof http>

function isUserId(id: string): boolean {
  try {
    return parseUserId(id) === id
  } catch (error) {
    if (error instanceof InputError) return false
    throw error
  }
}

import { z } from 'zod'
import { fail, succeed } from '../answer.ts'
import { type Endpoint, reading } from '../endpoint.ts'
import { emptyResponse } from '../responses.ts'

export const devices: Endpoint = {
  GET: reading({
    summary: 'The browsers that are remembered.',
    response: z.object({
      devices: z.array(
        z.object({
          id: z.string(),
          created_at: z.string(),
          last_used_at: z.string().nullable(),
          expires_at: z.string(),
        }),
      ),
    }),
    failures: [401, 503],
    run: async (env, { signedIn }) => {
      if (signedIn === null) return fail('not_signed_in')
      const listed = await env.twoFactor.devices.list(signedIn.session.userId)
      return succeed({
        devices: listed.map(({ id, createdAt, lastUsedAt, expiresAt }) => ({
          id,
          created_at: new Date(createdAt).toISOString(),
          last_used_at: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
          expires_at: new Date(expiresAt).toISOString(),
        })),
      })
    },
  }),
}

export const device: Endpoint = {
  DELETE: reading({
    summary: 'Revokes a remembered browser.',
    response: emptyResponse,
    failures: [400, 401, 404, 503],
    run: async (env, { signedIn, params }) => {
      if (signedIn === null) return fail('not_signed_in')
      const revoked = await env.twoFactor.devices.revoke(signedIn.session.userId, params['id'] ?? '')
      return revoked ? succeed({}) : fail('device_unknown')
    },
  }),
}

import type { Provisioning } from '@sallyport/core'
import { renderSVG } from 'uqr'
import type { Fields } from './answer.ts'

/** What a client shows to set a new method up: given once, to the request that began it. */
export function provisioningFields(provisioning: Provisioning | null): Fields {
  if (provisioning === null) return {}
  if (provisioning.kind === 'custom') return { tf_provisioning: provisioning.data }
  const { uri, secret, groupedSecret, issuer, label } = provisioning
  return {
    tf_authr_key: groupedSecret,
    tf_authr_b32key: secret,
    tf_authr_username: label,
    tf_authr_issuer: issuer,
    tf_authr_uri: uri,
    tf_authr_image: `data:image/svg+xml,${encodeURIComponent(renderSVG(uri))}`,
  }
}

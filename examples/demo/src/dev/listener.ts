import type { NodeListener } from '@sallyport/http/node'
import { isLocal } from './is-local.ts'

/** Puts `/dev` before a listener, for requests of this machine alone. */
export function withDevEndpoints(dev: NodeListener, listener: NodeListener): NodeListener {
  return async (incoming, outgoing) => {
    if (!(incoming.url ?? '').startsWith('/dev/')) return listener(incoming, outgoing)
    if (isLocal(incoming)) return dev(incoming, outgoing)
    const headers = { 'cache-control': 'no-store', 'content-type': 'application/json', connection: 'close' }
    outgoing.writeHead(403, headers).end('{"error":"/dev answers this machine only"}')
  }
}

import type { IncomingMessage } from 'node:http'
import { BlockList, isIPv6 } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4') // RFC 5735
loopback.addAddress('::1', 'ipv6') // RFC 4291 §2.5.3

/** RFC 6761 §6.3, with any port. */
const LOCAL_HOST = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i

/** What a proxy adds: behind one on this machine, every request seems to come from here. */
const proxyHeaders = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'] as const

type Asked = Pick<IncomingMessage, 'headers'> & {
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/**
 * Whether a request comes from this machine, and from no page of another site. The socket says where it comes from.
 * The Host header is looked at since a site may give its own name the address 127.0.0.1 (DNS rebinding), and
 * what browsers say of the page since any page may post to the loopback (CSRF).
 */
export function isLocal({ headers, socket }: Asked): boolean {
  const { host = '', origin } = headers
  const site = headers['sec-fetch-site']
  return (
    isLoopback(socket.remoteAddress ?? '') &&
    LOCAL_HOST.test(host) &&
    proxyHeaders.every((name) => headers[name] === undefined) &&
    (origin === undefined || origin === `http://${host}`) &&
    (site === undefined || site === 'same-origin' || site === 'none')
  )
}

const isLoopback = (address: string): boolean => loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

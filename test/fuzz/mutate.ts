import { type Client, headersOf, type Outgoing } from './http-client.ts'
import type { Move } from './http-moves.ts'
import type { Mutation } from './http-requests.ts'

/** Makes the request of a move, changed as the mutation says. */
export function mutate(mutation: Mutation, client: Client, other: Client, move: Move): Outgoing {
  const { method, path } = move
  const headers = headersOf(client, mutation.by !== 'no csrf')
  headers.set('content-type', 'application/json')
  const names = Object.keys(move.body)
  const json = (body: unknown): Outgoing => ({ method, path, headers, body: JSON.stringify(body) })
  switch (mutation.by) {
    case 'nothing':
    case 'no csrf':
      return json(move.body)
    case 'field':
      return json({ ...move.body, [names[mutation.which % names.length] ?? 'code']: mutation.value })
    case 'no field': {
      const lost = names[mutation.which % (names.length || 1)]
      return json(Object.fromEntries(Object.entries(move.body).filter(([name]) => name !== lost)))
    }
    case 'headers':
      for (const [name, text] of Object.entries(mutation.headers)) headers.set(name, text)
      return json(move.body)
    case 'body':
      if (mutation.body.type !== '') headers.set('content-type', mutation.body.type)
      return { method, path, headers, body: mutation.body.body }
    case 'form':
      headers.set('content-type', 'application/x-www-form-urlencoded')
      return {
        method,
        path,
        headers,
        body: new URLSearchParams(
          Object.entries(move.body).map(([name, value]) => [name, String(value)]),
        ).toString(),
      }
    case 'cookie':
      headers.set('cookie', cookiesOf(mutation, client, other))
      return json(move.body)
  }
}

function cookiesOf(
  { which, how, at }: Extract<Mutation, { readonly by: 'cookie' }>,
  client: Client,
  other: Client,
): string {
  const spoiled = (name: string, value: string): readonly string[] => {
    const place = at % (value.length || 1)
    switch (how) {
      case 'cut':
        return [value.slice(0, place)]
      case 'flip':
        return [`${value.slice(0, place)}${value[place] === 'A' ? 'B' : 'A'}${value.slice(place + 1)}`]
      case 'lose':
        return []
      case "another's":
        return [other.cookies.get(name) ?? value]
      case 'twice':
        return [value, other.cookies.get(name) ?? '']
    }
  }
  return [...client.cookies]
    .flatMap(([name, value], index) =>
      (index === which % client.cookies.size ? spoiled(name, value) : [value]).map(
        (text) => `${name}=${text}`,
      ),
    )
    .join('; ')
}

import type { Move } from './actor.ts'
import { type Client, headersOf, type Outgoing } from './http-client.ts'
import type { Mutation } from './http-requests.ts'

/** What a form has for a value; one that is no text may be an object that cannot be made one. */
const textOf = (value: unknown): string => (typeof value === 'string' ? value : String(JSON.stringify(value)))

/** How a client of JSON sends a move, and how a browser does. */
const formats = {
  json: { type: 'application/json', accept: 'application/json', encode: JSON.stringify },
  form: {
    type: 'application/x-www-form-urlencoded',
    accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
    encode: (body: Move['body']) =>
      new URLSearchParams(Object.entries(body).map(([name, value]) => [name, textOf(value)])).toString(),
  },
} as const

/** Makes the request of a move, changed as the mutation says. */
export function mutate(
  mutation: Mutation,
  { client, other }: { readonly client: Client; readonly other: Client },
  { method, path, body }: Move,
  format: keyof typeof formats,
): Outgoing {
  const { type, accept, encode } = formats[format]
  const headers = headersOf(client)
  headers.set('accept', accept)
  headers.set('content-type', type)
  if (format === 'json') headers.set('x-csrf-token', client.csrf) // a form brings its own
  const names = Object.keys(body)
  const send = (changed: Move['body']): Outgoing => ({ method, path, headers, body: encode(changed) })
  const without = (lost: string | undefined) =>
    send(Object.fromEntries(Object.entries(body).filter(([name]) => name !== lost)))
  switch (mutation.by) {
    case 'nothing':
      return send(body)
    case 'no csrf':
      headers.delete('x-csrf-token')
      return without('csrf_token')
    case 'field':
      return send({ ...body, [names[mutation.which % names.length] ?? 'code']: mutation.value })
    case 'no field':
      return without(names[mutation.which % (names.length || 1)])
    case 'headers':
      for (const [name, text] of Object.entries(mutation.headers)) headers.set(name, text)
      return send(body)
    case 'body':
      if (mutation.body.type !== '') headers.set('content-type', mutation.body.type)
      return { method, path, headers, body: mutation.body.body }
    case 'form':
      headers.set('content-type', formats.form.type)
      return { method, path, headers, body: formats.form.encode(body) }
    case 'cookie':
      headers.set('cookie', cookiesOf(mutation, client, other))
      return send(body)
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

import type { Change } from '@sallyport/core'

/** What a change does to each table: all that the text of its statements depends on. */
export interface Shape {
  readonly profile: 'none' | 'insert' | 'update' | 'rely'
  readonly flow: 'none' | 'insert' | 'update'
  readonly audits: boolean
}

function shapeOf({ profile, flow, audit }: Change): Shape {
  return {
    profile: profile === undefined ? 'none' : 'revision' in profile ? writeOf(profile) : 'rely',
    flow: flow === undefined ? 'none' : writeOf(flow),
    audits: audit.length > 0,
  }
}

const writeOf = ({ expected }: { readonly expected?: number }): 'insert' | 'update' =>
  expected === undefined ? 'insert' : 'update'

/** Names a shape, as in `commit_update_insert_audits`. */
export const nameOf = ({ profile, flow, audits }: Shape): string =>
  `commit_${profile}_${flow}${audits ? '_audits' : ''}`

/** Makes what a shape needs when it is first met, and keeps it: there are at most 24. */
export function perShape<Made>(make: (shape: Shape) => Made): (change: Change) => Made {
  const made = new Map<string, Made>()
  return (change) => {
    const shape = shapeOf(change)
    const name = nameOf(shape)
    let found = made.get(name)
    if (found === undefined) {
      found = make(shape)
      made.set(name, found)
    }
    return found
  }
}

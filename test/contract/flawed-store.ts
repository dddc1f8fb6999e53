import type { AuditRecord, Change, CommitId, FlowId, Revision, Stored, UserId } from '@sallyport/core'
import type { AuditedStore } from '@sallyport/testkit'

/** Mistakes that real stores make; each is one `if` below. */
export const flaws = [
  'no compare-and-set',
  'compares, waits, writes',
  'writes the profile before it compares the flow',
  'writes the flow before it compares the profile',
  'first writes overwrite',
  'updates create what is missing',
  'does not look at what is only relied on',
  'writes what is only relied on',
  'looks at what is only relied on, waits, writes',
  'ignores case in user ids',
  'trims user ids',
  'normalizes user ids',
  'cuts user ids at 191 characters',
  'takes user ids for numbers',
  'ignores accents in user ids',
  'takes all emoji for one',
  'expands ligatures',
  'ignores the width of characters',
  'ignores characters without a width',
  'unescapes user ids',
  'cuts user ids at 254 bytes',
  'ignores case in flow ids',
  'finds flows by their id alone',
  'keeps what it was passed',
  'gives out what it keeps',
  'writes into what it was passed',
  'loses empty arrays',
  'keeps ASCII only',
  'keeps 64 KiB of a value',
  'keeps fifteen digits of a number',
  'loses keys that mean something to JavaScript',
  'loses NUL in values',
  'rounds revisions',
  'keeps 32 bits of a revision',
  'counts revisions itself',
  'compares the flow with the profile’s revision',
  'keeps the first commit id',
  'puts no commit id on flows',
  'audits conflicts too',
  'loses the audit of first writes',
  'loses the audit of what writes no row',
  'keeps one audit record of a commit',
  'orders audit records by their position as text',
  'gives the newest audit records first',
  'keeps equal audit records once',
  'appends audit records twice',
  'makes up a profile',
  'reads the profile, waits, reads the flow',
  'refuses a commit while another user’s is under way',
  'purges without a limit',
  'purges what expires at the moment itself',
  'purges the audit log too',
  'purges profiles that have no flow left',
  'purges what was expired a moment ago',
  'counts purged flows that another purge removed',
  'forgets the profile alone',
  'forgets all but the audit log',
  'forgets every user',
  'fails to forget a user that it does not know',
  'lets no forgotten user begin anew',
  'forgets the flows, waits, forgets the rest',
] as const

export type Flaw = (typeof flaws)[number]

interface Row extends Stored {
  readonly text: string
}
interface Kept {
  readonly userId: string
  profile?: Row
  readonly flows: Map<string, Row & { readonly expiresAt: number }>
  audit: readonly { readonly commitId: CommitId; readonly position: number; readonly record: AuditRecord }[]
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

const toFifteenDigits = (_key: string, value: unknown): unknown =>
  typeof value === 'number' ? Number(value.toPrecision(15)) : value

/** Copies objects by assignment, which takes `__proto__` for something else than a key. */
const copied = (_key: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.assign({}, value) : value

/** A store with one flaw, or with none. */
export function flawedStore(flaw: Flaw | 'none'): AuditedStore {
  const has = (one: Flaw): boolean => flaw === one
  const users = new Map<string, Kept>()
  const forgotten = new Set<string>()
  let underWay: UserId | null = null

  function userKey(userId: UserId): string {
    if (has('ignores case in user ids')) return userId.toLowerCase()
    if (has('trims user ids')) return userId.trim()
    if (has('normalizes user ids')) return userId.normalize('NFC')
    if (has('cuts user ids at 191 characters')) return userId.slice(0, 191)
    if (has('cuts user ids at 254 bytes')) return Buffer.from(userId).subarray(0, 254).toString('latin1')
    if (has('takes all emoji for one')) return userId.replace(/\p{Extended_Pictographic}/gu, '🙂')
    if (has('expands ligatures')) return userId.replaceAll('ß', 'ss').replaceAll('æ', 'ae')
    if (has('ignores the width of characters')) return userId.normalize('NFKC')
    if (has('ignores characters without a width')) return userId.replace(/\p{Cf}|\p{Cc}/gu, '')
    if (has('unescapes user ids')) return userId.replaceAll('\\\\', '\\')
    if (has('takes user ids for numbers'))
      return Number.isNaN(Number(userId)) ? userId : String(Number(userId))
    if (has('ignores accents in user ids')) return userId.normalize('NFD').replace(/\p{M}/gu, '')
    return userId
  }
  const flowKey = (flowId: FlowId): string =>
    has('ignores case in flow ids') ? flowId.toLowerCase() : flowId

  function userOf(userId: UserId): Kept {
    const key = userKey(userId)
    const user = users.get(key) ?? { userId: key, flows: new Map(), audit: [] }
    users.set(key, user)
    return user
  }

  function kept(revision: Revision): Revision {
    if (has('rounds revisions')) return Math.fround(revision)
    if (has('keeps 32 bits of a revision')) return revision % 2 ** 32
    return revision
  }

  function row(value: unknown, revision: Revision, commitId: CommitId, old: Row | undefined): Row {
    let text = JSON.stringify(value)
    if (has('loses empty arrays')) text = text.replaceAll('[]', 'null')
    if (has('keeps ASCII only')) text = text.replace(/[^\u0020-\u007e]/gu, '?')
    if (has('loses NUL in values')) text = text.replaceAll('\\u0000', '')
    if (has('keeps fifteen digits of a number')) text = JSON.stringify(JSON.parse(text, toFifteenDigits))
    if (has('loses keys that mean something to JavaScript')) text = JSON.stringify(JSON.parse(text, copied))
    if (has('keeps 64 KiB of a value') && Buffer.byteLength(text) > 65_535) text = 'null'
    return {
      text,
      value: has('keeps what it was passed') ? value : JSON.parse(text),
      revision: has('counts revisions itself') ? (old?.revision ?? revision - 1) + 1 : kept(revision),
      commitId: has('keeps the first commit id') ? (old?.commitId ?? commitId) : commitId,
    }
  }

  function stored({ text, value, revision, commitId }: Row): Stored {
    const given = has('gives out what it keeps') || has('keeps what it was passed') ? value : JSON.parse(text)
    return { value: given, revision, commitId }
  }

  function fits(expected: Revision | undefined, found: Row | undefined): boolean {
    if (has('no compare-and-set')) return true
    if (has('first writes overwrite') && expected === undefined) return true
    if (has('updates create what is missing') && found === undefined) return true
    return found?.revision === (expected === undefined ? undefined : kept(expected))
  }

  function fitsProfile({ profile }: Change, user: Kept): boolean {
    if (!profile) return true
    if (has('does not look at what is only relied on') && !('revision' in profile)) return true
    return fits(profile.expected, user.profile)
  }

  function fitsFlow({ flow }: Change, user: Kept): boolean {
    if (!flow) return true
    const found = user.flows.get(flowKey(flow.id))
    if (has('compares the flow with the profile’s revision') && found && user.profile) {
      return fits(flow.expected, { ...found, revision: user.profile.revision })
    }
    return fits(flow.expected, found)
  }

  function writeProfile({ profile, commitId }: Change, user: Kept): void {
    if (profile && 'revision' in profile) {
      user.profile = row(profile.value, profile.revision, commitId, user.profile)
      if (has('writes into what it was passed')) Object.assign(profile.value, { written: true })
    } else if (profile && user.profile && has('writes what is only relied on')) {
      user.profile = { ...user.profile, commitId }
    }
  }

  function writeFlow({ flow, commitId }: Change, user: Kept): void {
    if (!flow) return
    const key = flowKey(flow.id)
    const id = has('puts no commit id on flows') ? ('' as CommitId) : commitId // what an empty column gives
    const { expiresAt } = flow
    user.flows.set(key, { ...row(flow.value, flow.revision, id, user.flows.get(key)), expiresAt })
  }

  function append({ audit, commitId, profile, flow }: Change, user: Kept): void {
    const isFirst = profile?.expected === undefined && flow?.expected === undefined && (profile ?? flow)
    if (has('loses the audit of first writes') && isFirst) return
    if (has('loses the audit of what writes no row') && !flow && !(profile && 'revision' in profile)) return
    const kept = has('keeps one audit record of a commit') ? audit.slice(0, 1) : audit
    const order = kept.map((_, position) => position)
    if (has('orders audit records by their position as text'))
      order.sort((a, b) => (`${a}` < `${b}` ? -1 : 1))
    user.audit = [
      ...user.audit,
      ...order.flatMap((position) => {
        const record = kept[position]
        return record ? [{ commitId, position, record: structuredClone(record) }] : []
      }),
    ]
  }

  return {
    async load(userId, flowId) {
      if (has('makes up a profile') && !users.has(userKey(userId))) {
        return { profile: { value: {}, revision: 0, commitId: '' as CommitId } } // as an empty row would be read
      }
      const profile = users.get(userKey(userId))?.profile
      if (has('reads the profile, waits, reads the flow')) await turn()
      const owners = has('finds flows by their id alone') ? [...users.values()] : [users.get(userKey(userId))]
      const flow =
        flowId && owners.map((user) => user?.flows.get(flowKey(flowId))).find((found) => found !== undefined)
      return { ...(profile && { profile: stored(profile) }), ...(flow && { flow: stored(flow) }) }
    },

    async commit(change) {
      if (has('refuses a commit while another user’s is under way')) {
        if (underWay !== null && underWay !== change.userId) return 'conflict'
        underWay = change.userId
      }
      await turn()
      underWay = null
      if (has('lets no forgotten user begin anew') && forgotten.has(change.userId)) return 'conflict'
      const user = userOf(change.userId)
      if (has('audits conflicts too')) append(change, user)
      const fitting = [fitsProfile(change, user), fitsFlow(change, user)]
      const relies = change.profile && !('revision' in change.profile)
      if (has('looks at what is only relied on, waits, writes') && relies) {
        for (let i = 0; i < 3; i++) await turn()
        fitting[1] = fitsFlow(change, user)
      }
      if (has('writes the profile before it compares the flow') && fitting[0]) writeProfile(change, user)
      if (has('writes the flow before it compares the profile') && fitting[1]) writeFlow(change, user)
      if (fitting.includes(false)) return 'conflict'
      const twice = user.audit.some(({ commitId }) => commitId === change.commitId)
      if (twice && !has('appends audit records twice') && !has('audits conflicts too')) return 'conflict'
      if (has('compares, waits, writes')) await turn()
      writeProfile(change, user)
      writeFlow(change, user)
      if (!has('audits conflicts too')) append(change, user)
      return 'committed'
    },

    async purge(expiredBefore, limit) {
      const isExpired = (at: number): boolean =>
        has('purges what expires at the moment itself') ? at <= expiredBefore : at < expiredBefore
      const expired = [...users.values()]
        .flatMap((user) => [...user.flows].map(([key, { expiresAt }]) => ({ user, key, expiresAt })))
        .filter(({ expiresAt }) => isExpired(expiresAt))
        .slice(0, has('purges without a limit') ? undefined : limit)
      if (has('purges what was expired a moment ago')) await turn()
      if (has('counts purged flows that another purge removed')) await turn()
      let removed = 0
      for (const { user, key } of expired) {
        if (user.flows.delete(key) || has('counts purged flows that another purge removed')) removed++
        if (has('purges the audit log too')) user.audit = []
        if (has('purges profiles that have no flow left') && user.flows.size === 0) delete user.profile
      }
      return removed
    },

    async forget(userId) {
      if (has('fails to forget a user that it does not know') && !users.has(userKey(userId))) {
        throw new Error('no such user')
      }
      const user = userOf(userId)
      forgotten.add(userId)
      if (has('forgets the profile alone')) {
        delete user.profile
        return
      }
      if (has('forgets the flows, waits, forgets the rest')) {
        user.flows.clear()
        await turn()
        delete user.profile
        user.audit = []
        return
      }
      users.delete(user.userId)
      if (has('forgets every user')) users.clear()
      if (has('forgets all but the audit log')) userOf(userId).audit = user.audit
    },

    async auditOf(userId) {
      const log = users.get(userKey(userId))?.audit ?? []
      const texts = log.map(({ record }) => JSON.stringify(record))
      if (has('gives the newest audit records first')) texts.reverse()
      const given = has('keeps equal audit records once') ? [...new Set(texts)] : texts
      return given.map((text): AuditRecord => JSON.parse(text))
    },
  }
}

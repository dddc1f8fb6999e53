import { DatabaseSync } from 'node:sqlite'
import { createTwoFactor, parseUserId } from '@sallyport/core'
import { simulatedAuthenticator } from '@sallyport/testkit'
import pg from 'pg'
import { encodeBase64url } from '../../packages/core/src/crypto/encoding.ts'
import { createFlowTokens } from '../../packages/core/src/crypto/flow-token.ts'
import { createHasher } from '../../packages/core/src/crypto/hasher.ts'
import { createSealer } from '../../packages/core/src/crypto/sealer.ts'
import type { Sealed } from '../../packages/core/src/ids.ts'
import { checkTimeStepCode } from '../../packages/core/src/methods/authenticator.ts'
import type { Contender, Database, ReadyFlow } from './contender.ts'
import { openStore } from './open-store.ts'
import { oneByOne } from './ours.ts'

const keys = { ring: [{ id: 'k1', secret: new Uint8Array(32).fill(1) }] } as const

interface Loaded {
  readonly profile: string
  readonly profileRevision: number
  readonly flow: string
  readonly flowRevision: number
}

interface Written extends Loaded {
  readonly userId: string
  readonly flowId: string
  readonly commitId: string
  readonly at: number
  readonly audit: readonly [string, string]
}

/** The two statements of a step, by hand. */
interface Sql {
  load(userId: string, flowId: string): Promise<Loaded>
  commit(written: Written): Promise<boolean>
  close(): Promise<void>
}

/**
 * The least that the step could cost: the same cryptography and the same SQL in a straight line, without a
 * machine, without parsing, without anything that could refuse. Users are enrolled and logins begun by
 * Sallyport, so that both work on the same rows.
 */
export async function floor(database: Database): Promise<Contender> {
  const store = await openStore(database)
  const sql = database.kind === 'sqlite' ? sqliteSql(database.path) : postgresSql(database.url)
  const twoFactor = createTwoFactor({
    policy: { issuer: 'Acme' },
    store,
    keys,
    findUser: (id) => ({ id, label: id, securityStamp: '1', active: true }),
  })
  const [tokens, hasher, sealer] = [createFlowTokens(keys), createHasher(keys), createSealer(keys)]

  async function prove(token: string, code: string): Promise<void> {
    const at = Date.now()
    const { userId, flowId } = tokens.parse(token)
    const loaded = await sql.load(userId, flowId)
    const profile = JSON.parse(loaded.profile)
    const snapshot = JSON.parse(loaded.flow)
    const [stamp] = hasher.stamps(userId, '1')
    const [enrollment] = profile.enrollments
    if (stamp !== snapshot.flow.stamp || profile.epoch !== snapshot.flow.epoch) throw new Error('superseded')
    const secret = await sealer.open(enrollment.secret as Sealed, { userId, subject: enrollment.id }) // as stored
    const { lastTimeStep } = enrollment.methodData
    const verdict = checkTimeStepCode({ secret, code, at, lastTimeStep })
    if (verdict.kind !== 'accepted') throw new Error(verdict.kind)
    enrollment.methodData = { lastTimeStep: verdict.timeStep }
    enrollment.lastUsedAt = at
    snapshot.state = 'authenticated'
    snapshot.flow.stage = {
      phase: 'ended',
      ending: { kind: 'authenticated', via: 'enrollment', authenticatedAt: at },
    }
    const committed = await sql.commit({
      userId,
      flowId,
      at,
      commitId: encodeBase64url(crypto.getRandomValues(new Uint8Array(16))),
      profile: JSON.stringify(profile),
      profileRevision: loaded.profileRevision,
      flow: JSON.stringify(snapshot),
      flowRevision: loaded.flowRevision,
      audit: [
        JSON.stringify({ kind: 'proof_accepted', at, flow: flowId, enrollment: enrollment.id }),
        JSON.stringify({ kind: 'flow_ended', at, flow: flowId, outcome: 'authenticated' }),
      ],
    })
    if (!committed) throw new Error('conflict')
  }

  let users = 0
  const ready = async (): Promise<ReadyFlow> => {
    users += 1
    const userId = parseUserId(`floor-${process.pid}-${users}`)
    const { provisioning } = await twoFactor.users.enroll(userId, { method: 'authenticator' })
    if (provisioning?.kind !== 'app') throw new Error('no authenticator')
    const app = simulatedAuthenticator(provisioning.uri)
    const { flow } = await twoFactor.login({ userId, firstFactor: { amr: ['pwd'], at: Date.now() } })
    return { code: () => app.codeAt(Date.now()), prove: (code) => prove(flow, code) }
  }
  return {
    name: 'the floor, by hand',
    prepare: (count) => oneByOne(count, ready),
    close: async () => {
      await sql.close()
      await store.close()
    },
  }
}

function sqliteSql(path: string): Sql {
  const db = new DatabaseSync(path)
  db.exec('pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = 20')
  const load = db.prepare(
    `select p.data as profile, p.revision as profileRevision, f.data as flow, f.revision as flowRevision
     from sallyport_profiles p join sallyport_flows f on f.user_id = p.user_id and f.id = ? where p.user_id = ?`,
  )
  const profile = db.prepare(
    'update sallyport_profiles set data = ?, revision = revision + 1, commit_id = ?, changed_at = ? where user_id = ? and revision = ?',
  )
  const flow = db.prepare(
    "update sallyport_flows set data = ?, state = 'authenticated', revision = revision + 1, commit_id = ?, changed_at = ? where user_id = ? and id = ? and revision = ?",
  )
  const audit = db.prepare(
    `insert into sallyport_audit (user_id, commit_id, seq, row_version, at, kind, flow_id, data)
     values (?, ?, 1, 1, ?, 'proof_accepted', ?, ?), (?, ?, 2, 1, ?, 'flow_ended', ?, ?)`,
  )
  const [begin, end, undo] = ['begin immediate', 'commit', 'rollback'].map((text) => db.prepare(text))
  return {
    load: async (userId, flowId) => load.get(flowId, userId) as unknown as Loaded, // the columns above
    async commit(w) {
      begin?.run()
      const matched =
        profile.run(w.profile, w.commitId, w.at, w.userId, w.profileRevision).changes === 1 &&
        flow.run(w.flow, w.commitId, w.at, w.userId, w.flowId, w.flowRevision).changes === 1
      const [first, second] = w.audit
      if (matched)
        audit.run(w.userId, w.commitId, w.at, w.flowId, first, w.userId, w.commitId, w.at, w.flowId, second)
      const last = matched ? end : undo
      last?.run()
      return matched
    },
    close: async () => db.close(),
  }
}

function postgresSql(url: string): Sql {
  const pool = new pg.Pool({ connectionString: url, max: 10 })
  const s = 'bench_ours.sallyport_'
  const commit = `with p as materialized (select 1 from ${s}profiles where user_id = $1 and revision = $2 for update),
    f as materialized (select 1 from ${s}flows where user_id = $1 and id = $3 and revision = $4 and exists (select 1 from p) for update),
    pu as (update ${s}profiles set data = $5, revision = revision + 1, commit_id = $6, changed_at = $7 where user_id = $1 and exists (select 1 from f)),
    fu as (update ${s}flows set data = $8, state = 'authenticated', revision = revision + 1, commit_id = $6, changed_at = $7 where user_id = $1 and id = $3 and exists (select 1 from f)),
    a as (insert into ${s}audit (user_id, commit_id, seq, row_version, at, kind, flow_id, data)
      select $1, $6, n, 1, $7, k, $3, d from unnest($9::text[], $10::text[]) with ordinality as u(k, d, n) where exists (select 1 from f))
    select count(*)::int as n from f`
  return {
    async load(userId, flowId) {
      const { rows } = await pool.query({
        name: 'floor_load',
        text: `select p.data as profile, p.revision as "profileRevision", f.data as flow, f.revision as "flowRevision"
          from ${s}profiles p join ${s}flows f on f.user_id = p.user_id and f.id = $2 where p.user_id = $1`,
        values: [userId, flowId],
      })
      return {
        ...rows[0],
        profileRevision: Number(rows[0].profileRevision),
        flowRevision: Number(rows[0].flowRevision),
      }
    },
    async commit(w) {
      const kinds = ['proof_accepted', 'flow_ended']
      const values = [
        w.userId,
        w.profileRevision,
        w.flowId,
        w.flowRevision,
        w.profile,
        w.commitId,
        w.at,
        w.flow,
        kinds,
        w.audit,
      ]
      const { rows } = await pool.query({ name: 'floor_commit', text: commit, values })
      return rows[0].n === 1
    },
    close: () => pool.end(),
  }
}

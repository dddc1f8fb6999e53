import { memoryStore } from '@sallyport/adapters-memory'
import { type FlowLogEntry, parseUserId, replay } from '@sallyport/core'
import { scenario } from '@sallyport/testkit'

/** The example of docs/guides/why-was-this-user-locked.md: a user is locked, and the operator finds out why. */
const store = memoryStore()
const log: string[] = []
const { twoFactor, given, when, clock } = scenario({
  store,
  policy: { throttle: { failuresPerLock: 3 } },
  flowLog: { append: (entry: FlowLogEntry) => log.push(JSON.stringify(entry)) },
})
await given.authenticator('ada')
let login = await when.login('ada')
for (const guess of ['000000', '111111']) {
  clock.advance({ seconds: 20 })
  login = await when.prove(login, guess)
}
clock.advance({ minutes: 2 })
await when.prove(await when.login('ada'), '222222')

const say = (line: string) => process.stdout.write(`${line}\n`)
const time = (at: number) => new Date(at).toISOString().slice(11, 19)

const { isLocked, lockedUntil, failures } = await twoFactor.users.get('ada')
say(`locked: ${isLocked}, until ${time(Number(lockedUntil))}, after ${failures} failures`)

say('\nthe audit log:')
for (const { at, kind, flow, ...record } of await store.auditOf(parseUserId('ada')))
  say(
    `${time(at)} ${(flow ?? '').slice(0, 4).padEnd(4)} ${kind}${'cause' in record ? ` ${record.cause}` : ''}`,
  )

say('\nthe replay:')
for (const { flow, steps, fault } of replay(log.map((line) => JSON.parse(line)))) {
  say(`flow ${flow.slice(0, 4)}, ${fault === null ? 'whole' : `${fault.reason} at entry ${fault.entry}`}`)
  for (const { at, from, to, events, profile } of steps)
    say(
      `${time(at)} ${from ?? 'start'} -> ${to}: ${events.map(({ type }) => type).join(', ')} (${profile.failures} failures)`,
    )
}

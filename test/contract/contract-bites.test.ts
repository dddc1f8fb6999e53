import { storeContract } from '@sallyport/testkit'
import { expect, test } from 'vitest'
import { type Flaw, flawedStore, flaws } from './flawed-store.ts'

/** For each flaw, tests of the contract that are there to catch it. */
const caughtBy: Readonly<Record<Flaw, readonly string[]>> = {
  'no compare-and-set': [
    'commit: writes nothing, audit included, when the profile is stale',
    'commit: writes nothing, audit included, when the flow is missing',
    'commit: applies a profile and a flow, with no audit record, once when it comes twice (L12)',
    'races: of 12 commits of a profile and a flow at once one wins, whole (L2, L3)',
    'forget: leaves nothing that an earlier expectation still fits',
  ],
  'compares, waits, writes': [
    'races: of 12 commits of a first profile at once one wins, whole (L2, L3)',
    'races: of 12 commits of a first flow at once one wins, whole (L2, L3)',
    'races: of 12 commits of a first profile and a first flow at once one wins, whole (L2, L3)',
    'races: of 12 commits of a profile at once one wins, whole (L2, L3)',
    'races: of 12 commits of a flow at once one wins, whole (L2, L3)',
    'races: of 12 commits of a profile and a flow at once one wins, whole (L2, L3)',
    'races: of 12 commits of a flow that relies on the profile at once one wins, whole (L2, L3)',
    'races: of 12 commits of a first flow that relies on the profile at once one wins, whole (L2, L3)',
    'races: of 12 commits of a profile and a first flow at once one wins, whole (L2, L3)',
    'races: of 12 commits of a first profile and a flow at once one wins, whole (L2, L3)',
    'races: writers of the flow alone against writers of both: one wins, whole',
    'races: one change that comes many times at once is applied once (L12)',
    'races: audit records alone that come many times at once are appended once',
  ],
  'writes the profile before it compares the flow': [
    'commit: writes nothing, audit included, when the profile is right and the flow is stale',
    'commit: writes nothing, audit included, when the profile is right and the flow exists already',
    'races: writers of the flow alone against writers of both: one wins, whole',
  ],
  'writes the flow before it compares the profile': [
    'commit: writes nothing, audit included, when the profile is stale and the flow is right',
    'commit: writes nothing, audit included, when the profile relied on is stale and the flow is new',
    'races: writers of the profile alone against writers of both: one wins, whole',
  ],
  'first writes overwrite': [
    'commit: writes nothing, audit included, when the profile exists already',
    'commit: writes nothing, audit included, when the flow exists already',
    'races: of 12 commits of a first profile at once one wins, whole (L2, L3)',
  ],
  'updates create what is missing': [
    'commit: writes nothing, audit included, when the profile is missing',
    'commit: writes nothing, audit included, when the flow is missing',
    'purge: makes a later commit to the flow a conflict',
    'forget: leaves nothing that an earlier expectation still fits',
  ],
  'does not look at what is only relied on': [
    'commit: writes nothing, audit included, when the profile relied on is stale and the flow is right',
    'commit: writes nothing, audit included, when the profile relied on by audit records alone is stale',
    'forget: leaves nothing behind of commits that race with it and rely on what it erases',
  ],
  'writes what is only relied on': [
    'commit: leaves a profile that is only relied on as it was, commit id included',
  ],
  'looks at what is only relied on, waits, writes': [
    'races: a flow that relies on the profile is committed before it changes, or not at all',
  ],
  'ignores case in user ids': [
    'ids: of users that differ by case are different users',
    'ids: of users that differ by case outside of ASCII are different users',
  ],
  'trims user ids': [
    'ids: of users that differ by trailing blanks are different users',
    'ids: of users that differ by leading blanks are different users',
  ],
  'normalizes user ids': ['ids: of users that differ by normalization form are different users'],
  'cuts user ids at 191 characters': [
    'ids: of users that differ by the last of 255 bytes are different users',
  ],
  'takes user ids for numbers': ['ids: of users that differ by numeric value are different users'],
  'ignores accents in user ids': ['ids: of users that differ by accents are different users'],
  'takes all emoji for one': ['ids: of users that differ by emoji are different users'],
  'expands ligatures': ['ids: of users that differ by expansion are different users'],
  'ignores the width of characters': ['ids: of users that differ by width are different users'],
  'ignores characters without a width': [
    'ids: of users that differ by characters without a width are different users',
  ],
  'unescapes user ids': ['ids: of users that differ by SQL and patterns are different users'],
  'cuts user ids at 254 bytes': [
    'ids: of users that differ by the last of 255 bytes are different users',
    'ids: of users that differ by the last of 255 bytes in three-byte characters are different users',
  ],
  'ignores case in flow ids': ['ids: of flows that differ by case or a last character are different flows'],
  'finds flows by their id alone': [
    'load: does not find a flow of another user',
    'commit: touches neither another flow nor another user',
  ],
  'keeps what it was passed': ['values: change nothing stored when what was passed in changes'],
  'gives out what it keeps': ['values: change nothing stored when what was given out changes'],
  'writes into what it was passed': ['values: are not written to: frozen ones are taken'],
  'loses empty arrays': ['values: come back equal: empty arrays and objects'],
  'keeps ASCII only': ['values: come back equal: text of every script, in the form it came'],
  'keeps 64 KiB of a value': ['values: come back equal: a text of 100000 characters'],
  'keeps fifteen digits of a number': ['values: come back equal: numbers up to 2^53 - 1, exactly'],
  'loses keys that mean something to JavaScript': ['values: come back equal: keys of any name'],
  'loses NUL in values': ['values: come back equal: quotes, backslashes, controls and what looks like SQL'],
  'rounds revisions': [`revisions: are exact at ${2 ** 53 - 2}, of profile and flow`],
  'keeps 32 bits of a revision': [`revisions: are exact at ${2 ** 48 - 1}, of profile and flow`],
  'counts revisions itself': ['commit: keeps the revision that it is given, and counts nothing itself'],
  'compares the flow with the profile’s revision': [
    'revisions: of profile and flow are compared each with its own',
  ],
  'keeps the first commit id': ['commit: puts its commit id on every row that it writes'],
  'puts no commit id on flows': ['commit: puts its commit id on every row that it writes'],
  'audits conflicts too': [
    'commit: writes nothing, audit included, when the profile is stale',
    'races: of 12 commits of a flow at once one wins, whole (L2, L3)',
  ],
  'loses the audit of first writes': ['commit: writes a first profile, with its audit records'],
  'loses the audit of what writes no row': [
    'commit: appends audit records alone, whether or not it relies on the profile',
  ],
  'keeps one audit record of a commit': ['commit: keeps a hundred audit records of one commit in order'],
  'orders audit records by their position as text': [
    'commit: keeps a hundred audit records of one commit in order',
  ],
  'gives the newest audit records first': ['commit: gives the audit log in the order of time'],
  'keeps equal audit records once': ['commit: keeps equal audit records of different commits apart'],
  'appends audit records twice': [
    'commit: appends audit records alone once when they come twice',
    'races: audit records alone that come many times at once are appended once',
  ],
  'makes up a profile': ['load: finds nothing of a user that it does not know'],
  'reads the profile, waits, reads the flow': ['races: a load sees profile and flow as of one moment'],
  'refuses a commit while another user’s is under way': [
    'races: commits of different users do not get in each other’s way',
  ],
  'purges without a limit': [
    'purge: removes at most as many as it may, of all users, until none is left',
    'purge: removes nothing with a limit of zero',
  ],
  'purges what expires at the moment itself': [
    'purge: removes flows that expired before the moment, and no others',
  ],
  'purges the audit log too': ['purge: leaves the profile and the audit log'],
  'purges profiles that have no flow left': ['purge: leaves the profile and the audit log'],
  'purges what was expired a moment ago': [
    'purge: does not remove a flow that a commit at the same time has extended',
  ],
  'counts purged flows that another purge removed': ['purge: counts each flow once when many purge at once'],
  'forgets the profile alone': ['forget: erases the profile, every flow and the audit log of a user'],
  'forgets all but the audit log': ['forget: erases the profile, every flow and the audit log of a user'],
  'forgets every user': ['forget: leaves every other user as they were'],
  'fails to forget a user that it does not know': ['forget: of a user that it does not know does nothing'],
  'lets no forgotten user begin anew': ['forget: lets the user begin anew'],
  'forgets the flows, waits, forgets the rest': [
    'forget: leaves nothing behind of commits that race with it and rely on what it erases',
    'forget: leaves all or nothing of first writes that race with it',
  ],
}

/** The tests of the contract for a store with a flaw; the name of each begins with its group. */
function contractTests(flaw: Flaw | 'none'): readonly { name: string; body: () => Promise<void> }[] {
  const groups: string[] = []
  const tests: { name: string; body: () => Promise<void> }[] = []
  storeContract(() => flawedStore(flaw), {
    contenders: 12,
    rounds: 2,
    describe(name, body) {
      groups.push(name)
      body()
      groups.pop()
    },
    it: (name, body) => tests.push({ name: [...groups, name].join(': '), body }),
  })
  return tests
}

async function failuresOf(flaw: Flaw | 'none'): Promise<readonly string[]> {
  const failed: string[] = []
  for (const { name, body } of contractTests(flaw)) await body().catch(() => failed.push(name))
  return failed
}

test('a store without a flaw passes the contract', async () => {
  expect(await failuresOf('none')).toEqual([])
})

test.each(flaws)('the contract catches the flaw: %s', async (flaw) => {
  expect(await failuresOf(flaw)).toEqual(expect.arrayContaining([...caughtBy[flaw]]))
})

test('every test of the contract can fail', async () => {
  const failed = new Set<string>()
  for (const flaw of flaws) for (const name of await failuresOf(flaw)) failed.add(name)
  const names = contractTests('none').map(({ name }) => name)
  expect(names.filter((name) => !failed.has(name))).toEqual([])
})

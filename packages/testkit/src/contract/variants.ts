import type { Change } from '@sallyport/core'
import type { AuditedStore } from './audited-store.ts'
import { FIRST, freshCommitId, given, recordsOf, type Subject } from './subjects.ts'

/** One shape that a change can have: what must be stored before it, and what it writes. */
export interface Variant {
  readonly name: string
  readonly before: 'nothing' | 'profile' | 'flow' | 'both'
  parts(subject: Subject, mark: string): Partial<Pick<Change, 'profile' | 'flow'>>
}

/** Every shape of a change that writes something. */
export const variants: readonly Variant[] = [
  { name: 'a first profile', before: 'nothing', parts: (s, mark) => ({ profile: s.profile(mark) }) },
  { name: 'a first flow', before: 'nothing', parts: (s, mark) => ({ flow: s.flow(mark) }) },
  {
    name: 'a first profile and a first flow',
    before: 'nothing',
    parts: (s, mark) => ({ profile: s.profile(mark), flow: s.flow(mark) }),
  },
  { name: 'a profile', before: 'profile', parts: (s, mark) => ({ profile: s.profile(mark, FIRST) }) },
  { name: 'a flow', before: 'flow', parts: (s, mark) => ({ flow: s.flow(mark, FIRST) }) },
  {
    name: 'a profile and a flow',
    before: 'both',
    parts: (s, mark) => ({ profile: s.profile(mark, FIRST), flow: s.flow(mark, FIRST) }),
  },
  {
    name: 'a flow that relies on the profile',
    before: 'both',
    parts: (s, mark) => ({ profile: s.relied(FIRST), flow: s.flow(mark, FIRST) }),
  },
  {
    name: 'a first flow that relies on the profile',
    before: 'profile',
    parts: (s, mark) => ({ profile: s.relied(FIRST), flow: s.flow(mark) }),
  },
  {
    name: 'a profile and a first flow',
    before: 'profile',
    parts: (s, mark) => ({ profile: s.profile(mark, FIRST), flow: s.flow(mark) }),
  },
  {
    name: 'a first profile and a flow',
    before: 'flow',
    parts: (s, mark) => ({ profile: s.profile(mark), flow: s.flow(mark, FIRST) }),
  },
]

/** Stores what a variant begins with, and gives the change that wrote it. */
export async function prepare(
  store: AuditedStore,
  subject: Subject,
  before: Variant['before'],
): Promise<Change> {
  const change: Change = {
    userId: subject.userId,
    commitId: freshCommitId(),
    ...((before === 'profile' || before === 'both') && { profile: subject.profile('before') }),
    ...((before === 'flow' || before === 'both') && { flow: subject.flow('before') }),
    audit: before === 'nothing' ? [] : recordsOf('before', 1),
  }
  return given(store, change)
}

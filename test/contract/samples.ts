import { type Change, type CommitId, emptyProfile, parseUserId } from '@sallyport/core'

/** The first write of an empty profile. */
export function firstWrite(userId: string, commitId = `commit-${crypto.randomUUID()}`): Change {
  return {
    userId: parseUserId(userId),
    commitId: commitId as CommitId, // core draws these at random
    profile: { revision: 1, value: emptyProfile },
    audit: [],
  }
}

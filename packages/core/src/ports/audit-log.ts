import type { AuditRecord } from '../flow/audit.ts'
import type { UserId } from '../ids.ts'

/** Read access to the audit log: not needed to run a flow, but for operators and tests. */
export interface AuditLog {
  /** A user's audit records, oldest first; those of one commit together and in its order. */
  auditOf(userId: UserId): Promise<readonly AuditRecord[]>
}

import type { FlowLogEntry } from '../replay/log-entry.ts'

/**
 * Is given each committed step of a flow, so that `replay` can show later how the flow came to where it is.
 * At most once and only after the commit, as the observer is told; an error it throws is swallowed. Keep entries
 * where only operators read: they hold no code, no secret in clear and no mail address, but they name users,
 * and hold the phone numbers that users enroll.
 */
export interface FlowLog {
  append(entry: FlowLogEntry): void
}

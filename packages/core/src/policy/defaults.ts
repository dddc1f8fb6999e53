/**
 * Every number of Sallyport, with its unit in its name and its source beside it. A host overrides the
 * ones that `policySchema` names; the others are fixed.
 */

/** NIST SP 800-63B-4 §3.1.3.2: an out-of-band code is dead after ten minutes; no policy may go beyond. */
export const MAX_CODE_SECONDS = 600
/** Our choice: mail may be slow, half of what NIST allows. */
export const EMAIL_CODE_SECONDS = 300
/** Our choice: a text message arrives in seconds, and SMS is the weakest channel. */
export const SMS_CODE_SECONDS = 120
/** RFC 4226 §5.3: at least six digits; ASVS 5.0 6.5.4 takes six random digits for its 20 bits. */
export const CODE_DIGITS = 6

/** Our choice, within RFC 4226 §7.3 (throttling): failed proofs a flow bears before it is denied. */
export const ATTEMPTS_PER_FLOW = 5
/** Our choice, within NIST SP 800-63B-4 §3.2.2: consecutive failures of a user per lock. */
export const FAILURES_PER_LOCK = 10
/** NIST SP 800-63B-4 §3.2.2: no more than 100 consecutive failures; then only a rescue or an administrator helps. */
export const FAILURES_UNTIL_RESCUE = 100
/** Our choice: the first lock, 15 minutes; each further one doubles it. */
export const LOCK_SECONDS = 900
/** Our choice: no timed lock lasts longer than a day. */
export const MAX_LOCK_SECONDS = 86_400

/** Our choice: the pause before a code may be sent again to the same destination in a flow. */
export const RESEND_SECONDS = 30
/** Our choice, after ASVS 5.0 6.6.3 and 6.6.4 (no message bombing, no SMS fraud): codes per user in ten minutes. */
export const DELIVERIES_PER_WINDOW = 5
/** The window of {@link DELIVERIES_PER_WINDOW}. */
export const DELIVERY_WINDOW_SECONDS = 600
/** Our choice, as above: codes per user in a day. */
export const DELIVERIES_PER_DAY = 20
/** Our choice: of a day's codes, what setups and step-ups may use up; the rest is kept for logins. */
export const DELIVERY_SHARE_OF_SESSIONS = 0.5
/** Our choice: a sender that has not answered by then counts as unknown. */
export const DELIVERY_TIMEOUT_MS = 10_000
/** Our choice: one warning of failures, and one call for help, per user and hour: a flood hides the one that matters. */
export const NOTICE_INTERVAL_SECONDS = 3_600

/** Our choice: the owner is warned when so few recovery codes are left. */
export const RECOVERY_CODES_LOW = 3

/** Our choice: how long a browser is remembered by default, in days. */
export const REMEMBER_DAYS = 30
/** Our choice: the longest a policy may ask for. */
export const MAX_REMEMBER_DAYS = 400
/** Our choice: the oldest device makes room for the next. */
export const MAX_DEVICES = 20
/** Our choice: what a profile holds stays small enough to be read and written whole. */
export const MAX_ENROLLMENTS = 10
/** Our choice: the longest name of an enrollment, in characters. */
export const MAX_NAME_LENGTH = 64
/** Longer than any proof or address; bounds the work on hostile input. */
export const MAX_TEXT_LENGTH = 2_048

/** Our choice (ASVS 5.0 7.5.1 asks for full reauthentication): how old the proof may be that allows a change of factors. */
export const FRESHNESS_SECONDS = 1_200
/** Our choice: from the first factor to the end of a login. */
export const LOGIN_SECONDS = 600
/** Our choice: a setup may need an app to be installed first. */
export const SETUP_SECONDS = 1_800
/** Our choice: a step-up interrupts one action. */
export const STEP_UP_SECONDS = 600
/** Our choice: the longest a policy may let a flow live. */
export const MAX_FLOW_SECONDS = 3_600

/** How far the clocks of two nodes may differ. */
export const CLOCK_TOLERANCE_MS = 5_000

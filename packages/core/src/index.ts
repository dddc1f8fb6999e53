export { keyRing } from './crypto/key-ring.ts'
export { systemClock, systemRandom } from './crypto/platform.ts'
export type { ChangeOptions } from './engine/change-profile.ts'
export type { CodeDelivery, DeliverCode } from './engine/code-delivery.ts'
export type { HostMethod, TwoFactorConfig, User } from './engine/config.ts'
export { createTwoFactor } from './engine/create-two-factor.ts'
export type { Enrolled, EnrollInput } from './engine/enroll.ts'
export type { Devices, RecoveryCodeCalls, UserSummary, Users } from './engine/operators.ts'
export type { RekeyReport } from './engine/rekey.ts'
export type {
  AuthenticatedOutcome,
  ChangedOutcome,
  FinalStep,
  Outcome,
  SetupView,
  Step,
  UnavailableView,
  VerifiedOutcome,
} from './engine/step.ts'
export type { Caller, FirstFactorInput, LoginInput, SendOptions, TwoFactor } from './engine/two-factor.ts'
export {
  type AnySallyportError,
  ConfigError,
  type ConfigFault,
  InputError,
  KeyError,
  SallyportError,
  SnapshotError,
  StoreError,
  TokenError,
} from './errors.ts'
export type { AuditEvent, AuditRecord } from './flow/audit.ts'
export type { NoticeKind } from './flow/effects.ts'
export {
  type ClientEvent,
  type ClientEventType,
  clientEventTypes,
  type EnrollmentMode,
  type RescueOption,
} from './flow/events.ts'
export type { FinalState } from './flow/machine.ts'
export { type DeniedReason, type EndReason, endReasons, type Via } from './flow/outcome.ts'
export { type Refusal, type RefusalReason, refusalReasons } from './flow/refusal.ts'
export type { FlowSnapshot } from './flow/snapshot.ts'
export type { FlowKind } from './flow/stage.ts'
export type {
  ChallengeView,
  ChallengingView,
  DeviceView,
  EnrollableView,
  EnrollingView,
  EnrollmentView,
  FinalView,
  FlowPath,
  ManagingView,
  RescuingView,
  SelectingView,
} from './flow/view.ts'
export {
  type ChallengeId,
  type CommitId,
  type DeviceId,
  type Digest,
  type EnrollmentId,
  type EpochMs,
  type FlowId,
  type FlowToken,
  MAX_USER_ID_BYTES,
  parseUserId,
  type Sealed,
  type UserId,
} from './ids.ts'
export type { Json } from './json.ts'
export { type Catalog, defaultCatalog, type MessageKey } from './messages/catalog.ts'
export type {
  AppProvisioning,
  BeginInput,
  Begun,
  Channel,
  CheckInput,
  CodeMac,
  Issued,
  IssueInput,
  Method,
  Provisioning,
  Verdict,
} from './methods/method.ts'
export type { PolicyReport } from './policy/describe.ts'
export type {
  DeliveryPolicy,
  LifetimePolicy,
  Policy,
  PolicyInput,
  RememberPolicy,
  RescuePolicy,
  RuleUser,
  ThrottlePolicy,
  UserRule,
} from './policy/policy.ts'
export type { AuditLog } from './ports/audit-log.ts'
export type { Clock } from './ports/clock.ts'
export {
  DeliveryRefused,
  type Mailer,
  type MailMessage,
  type SmsMessage,
  type SmsSender,
} from './ports/delivery.ts'
export type { FlowLog } from './ports/flow-log.ts'
export type { Keys, MasterKey } from './ports/keys.ts'
export type { DeliveryEvent, ObservedEvent, Observer } from './ports/observer.ts'
export type { PhoneNumbers } from './ports/phone-numbers.ts'
export type { Random } from './ports/random.ts'
export type { Change, CommitResult, Loaded, Reliance, Revision, Store, Stored, Write } from './ports/store.ts'
export { type Enrollment, emptyProfile, type Profile } from './profile/profile.ts'
export type { FlowLogEntry } from './replay/log-entry.ts'
export { type ReplayedFlow, type ReplayedStep, type ReplayFault, replay } from './replay/replay.ts'

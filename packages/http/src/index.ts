export { MAX_BODY_BYTES } from './body.ts'
export {
  createTwoFactorHttp,
  type ProvenFirstFactor,
  type TwoFactorHttp,
} from './create-two-factor-http.ts'
export type { Envelope } from './envelope.ts'
export type { FirstFactor, FirstFactorVerdict, VerifyFirstFactor } from './first-factor.ts'
export { defaultHttpCatalog, type HttpCatalog, type HttpMessageKey } from './messages.ts'
export { describeHttp, type OpenApiPart } from './openapi.ts'
export type { CookieNames, CsrfOptions, TwoFactorHttpOptions } from './options.ts'
export type { PageFile, PageInput, Pages, Site } from './pages.ts'
export { defaultPaths, type EndpointName, type PathName, type Paths } from './paths.ts'
export { type FailureStatus, type HttpReason, type Reason, type ReasonRule, reasonRules } from './reasons.ts'
export { type BearerTokens, bearerTokens } from './sessions/bearer.ts'
export { type SealedSessionsOptions, sealedSessions } from './sessions/sealed-cookie.ts'
export type { SealedOptions } from './sessions/sealed-token.ts'
export type {
  FindUser,
  NewSession,
  Revocations,
  Session,
  SessionGrant,
  Sessions,
} from './sessions/session.ts'
export type { SetupShown, ShownStep } from './shown-step.ts'

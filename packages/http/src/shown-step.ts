import type { SetupView, Step } from '@sallyport/core'

/** The step of a flow that is open or has ended, and not one that cannot be shown. */
export type ShownStep = Exclude<Step, { readonly state: 'unavailable' }>

/** A setup as it stands: what is enrolled, and whether the session is fresh. Nothing can be sent to it. */
export type SetupShown = Extract<SetupView, { readonly state: 'managing' }>

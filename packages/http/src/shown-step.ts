import type { Step } from '@sallyport/core'

/** The step of a flow that is open or has ended, and not one that cannot be shown. */
export type ShownStep = Exclude<Step, { readonly state: 'unavailable' }>

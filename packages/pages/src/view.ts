import type {
  ChallengeView as ChallengeStep,
  DeviceView,
  EnrollableView,
  EnrollmentView,
  EpochMs,
  RescueOption,
} from '@sallyport/core'
import type { Paths } from '@sallyport/http'
import type { html } from 'hono/html'
import type { PageMessageKey } from './catalog.ts'
import type { Values } from './texts.ts'

/** A piece of a page, escaped. */
export type Html = ReturnType<typeof html>

/** What the pages call your service. */
export interface Product {
  readonly name: string
  /** A picture of the same origin, shown before the name. */
  readonly logo?: { readonly src: string; readonly width: number; readonly height: number }
}

/** What is wrong with what was sent. */
export interface Problem {
  /** Every text once. */
  readonly texts: readonly string[]
  /** The texts of single fields, by their names. */
  readonly fields: Readonly<Record<string, string>>
}

/** What every page is given. */
export interface View {
  readonly paths: Paths
  readonly product: Product
  /** For the hidden field `csrf_token` of each form. */
  readonly csrfToken: string
  /** Where to go when all is done: for the hidden field `next` of each form. Null: nothing was asked for. */
  readonly next: string | null
  readonly problem: Problem | null
  /** Something has just been done, and well. */
  readonly notice: string | null
  /** What the user is called who is logged in; null: nobody is. */
  readonly user: string | null
  /** What was typed into the form that failed, by field. Never a password or a code. */
  readonly typed: Readonly<Record<string, string>>
  /** A text of the catalog. */
  readonly text: (key: PageMessageKey, values?: Values) => string
  /** What a method is called. */
  readonly nameOf: (method: string) => string
  readonly duration: (seconds: number) => string
  readonly day: (at: EpochMs) => string
}

export interface LoginView extends View {
  readonly action: string
  /** How users may name themselves, in the one field `identity`; none: in any way. */
  readonly identities: readonly string[]
  readonly secret: 'password' | 'passcode'
}

/** How a code is asked for. */
export interface Challenge extends Pick<ChallengeStep, 'method' | 'address' | 'attemptsLeft' | 'hint'> {
  /** How to ask for a new code: a form of these fields, at once or after a wait. Null: nothing is sent, or not again. */
  readonly resend: {
    readonly action: string
    readonly fields: Readonly<Record<string, string>>
    readonly waitSeconds: number
  } | null
}

export interface ChallengeView extends View {
  readonly challenge: Challenge
  readonly rememberDays: number | null
  readonly hasOthers: boolean
  readonly hasRescue: boolean
}

export interface SelectView extends View {
  readonly enrollments: readonly EnrollmentView[]
  readonly hasRescue: boolean
}

export interface RescueView extends View {
  readonly options: readonly RescueOption[]
  /** Whether the login can go on with a method after all. */
  readonly canGoBack: boolean
}

export interface RecoveryView extends View {
  /** Null: nothing has been tried yet. */
  readonly attemptsLeft: number | null
  readonly hasOthers: boolean
}

export interface VerifyView extends View {
  /** What can be proven: methods, `recovery_code`, `password`. */
  readonly methods: readonly string[]
  /** The challenge that is under way; null: a method is to be chosen. */
  readonly challenge: Challenge | null
}

export interface SetupView extends View {
  readonly enrollments: readonly EnrollmentView[]
  readonly canAdd: boolean
  readonly isRequired: boolean
  /** Null: the policy has none. */
  readonly recoveryCodesLeft: number | null
  readonly devices: number
  /** The enrollment whose change has just failed. */
  readonly failed: string | null
}

/** Why a method is chosen: at the login that must have one, as the first, beside others, or in place of one. */
export type Choosing = 'required' | 'first' | 'add' | 'replace'

export interface ChooseView extends View {
  readonly choosing: Choosing
  readonly enrollable: readonly EnrollableView[]
  /** What is replaced. */
  readonly replaced: EnrollmentView | null
}

/** What an authenticator app needs, shown once. */
export interface AppKey {
  readonly uri: string
  readonly groupedSecret: string
  readonly issuer: string
  readonly label: string
}

export interface ConfirmView extends View {
  readonly challenge: Challenge
  /** Where the code goes. */
  readonly action: string
  readonly app: AppKey | null
  /** The data of a method of the host's, shown once. */
  readonly provisioning: unknown
  readonly rememberDays: number | null
}

export interface RecoveryCodesView extends View {
  readonly left: number
  /** All that are left, where the policy shows them again. */
  readonly codes: readonly string[] | null
}

export interface NewRecoveryCodesView extends View {
  readonly codes: readonly string[]
  /** A form that gives them as a file. */
  readonly download: string
  readonly continue: string
}

export interface DevicesView extends View {
  readonly devices: readonly DeviceView[]
}

export interface LogoutView extends View {}

export interface ErrorView extends View {
  readonly status: number
  /** Where to go on. */
  readonly exit: { readonly href: string; readonly text: string }
}

/** Every page, with what it is made of. */
export interface PageViews {
  readonly login: LoginView
  readonly select: SelectView
  readonly challenge: ChallengeView
  readonly rescue: RescueView
  readonly recovery: RecoveryView
  readonly verify: VerifyView
  readonly setup: SetupView
  readonly choose: ChooseView
  readonly confirm: ConfirmView
  readonly recoveryCodes: RecoveryCodesView
  readonly newRecoveryCodes: NewRecoveryCodesView
  readonly devices: DevicesView
  readonly logout: LogoutView
  readonly error: ErrorView
}

export type PageName = keyof PageViews

/** A page: what stands in its `main`, below the heading. A pure function of its view. */
export type Template<Name extends PageName> = (view: PageViews[Name]) => Html

/** All pages. */
export type Templates = { readonly [Name in PageName]: Template<Name> }

/** What the layout puts a page into. */
export interface Frame {
  readonly view: View
  readonly title: string
  readonly content: Html
  readonly lang: string
  readonly dir: 'ltr' | 'rtl'
  readonly stylesheets: readonly string[]
  readonly script: string
}

export type Layout = (frame: Frame) => Html

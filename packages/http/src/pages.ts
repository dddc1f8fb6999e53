import type { Policy, SetupView, User } from '@sallyport/core'
import type { Envelope } from './envelope.ts'
import type { HttpCatalog } from './messages.ts'
import type { EndpointName, Paths } from './paths.ts'
import type { SetupShown, ShownStep } from './shown-step.ts'

/** What a page is made of: the same that a client of JSON is told, and what it could ask for next. */
export interface PageInput {
  readonly request: Request
  /** What was asked of the endpoint; HEAD asks for what GET does, and a first factor that the host has proven is a POST. */
  readonly method: string
  /** The address that the browser sees. */
  readonly url: URL
  /** Null where no endpoint is at this path. */
  readonly endpoint: EndpointName | null
  /** What the path holds beside the endpoint's own: a token, an id. */
  readonly params: Readonly<Record<string, string>>
  /** What the form has sent, none of it parsed. A password or a code in it must not be shown again. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly status: number
  /** What JSON would say, with the texts, the fields at fault and the CSRF token for the next form. */
  readonly envelope: Envelope
  /** What the user who is logged in is called; null: nobody is, or the answer has just ended the session. */
  readonly userLabel: User['label'] | null
  readonly site: Site
  /**
   * Looks at a flow as the answer leaves it: the one that a token names, else the pending one, also where it has
   * just ended. Null: there is none, or it is another user's.
   */
  readonly viewFlow: (token?: string) => Promise<ShownStep | null>
  /** Looks at the setup of the user who is logged in now; null: nobody is. */
  readonly viewSetup: () => Promise<SetupView | null>
  /** What can be proven at `verify` by the session of a setup: methods, `recovery_code`, `password`. */
  readonly reauthMethodsOf: (setup: SetupShown) => readonly string[]
}

/** What is the same for every page of a deployment. */
export interface Site {
  readonly paths: Paths
  /** What every path begins with. */
  readonly prefix: string
  readonly policy: Policy
  readonly catalog: HttpCatalog
  /** How users may name themselves; the first is the one a form asks for. */
  readonly identityAttributes: readonly string[]
}

/** A file that pages ask for, such as a style sheet. */
export interface PageFile {
  readonly type: string
  readonly body: string
}

/** Answers clients that want no JSON. */
export interface Pages {
  /**
   * Shows an answer, or leads on to the next path. Cookies and headers are put on what it gives; it decides
   * nothing about authentication.
   */
  readonly show: (input: PageInput) => Response | Promise<Response>
  /**
   * Files by their path below the prefix. Browsers keep them for a year, so a path has to change with what
   * it names.
   */
  readonly files?: Readonly<Record<string, PageFile>>
  /** Forms of the pages' own, by their path below the prefix. Each is asked for the proof that a POST needs. */
  readonly forms?: Readonly<Record<string, Pages['show']>>
}

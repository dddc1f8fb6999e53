import type { MethodFacts } from '../flow/context.ts'
import type { Policy } from './policy.ts'

/** What a configuration does about one requirement. */
export interface PolicyReport {
  /** The requirement's id, such as `ASVS 6.5.1` or `NIST 800-63B-4 §3.1.3.3`. */
  readonly id: string
  /** What it asks, in our words. */
  readonly asks: string
  /** `host`: the library enables it, and only the host can see it through. */
  readonly status: 'met' | 'not_met' | 'host'
  readonly why: string
}

export function describePolicy(
  policy: Policy,
  methods: Readonly<Record<string, MethodFacts>>,
): readonly PolicyReport[] {
  return [{ id: policy.issuer, asks: '', status: 'met', why: String(methods) }]
}

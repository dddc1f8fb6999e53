import type { EnrollmentView } from '@sallyport/core'
import type { View } from '../view.ts'

/** What an enrollment is called: by its user, else by its method. */
export function enrollmentName({ nameOf }: View, { name, method }: EnrollmentView): string {
  return name === null || name === '' ? nameOf(method) : name
}

import { describe, expect, test } from 'vitest'
import type { FlowContext } from '../../../packages/core/src/flow/context.ts'
import {
  isClientEventType,
  type MachineClientEvent,
  parseClientEvent,
} from '../../../packages/core/src/flow/events.ts'
import { faultOf } from '../../../packages/core/src/flow/faults.ts'
import { denialOf, faultOfOnlyMethod } from '../../../packages/core/src/flow/guards.ts'
import type { Enrollment } from '../../../packages/core/src/profile/profile.ts'
import { enrollment, factsFor, profileWith, START, setup, stepUp, withCodes } from '../../model/world.ts'
import { contextWith, sent, started } from './sample-flow.ts'

const app = enrollment('e1', 'authenticator')
const mail = enrollment('e2', 'email')
const text = enrollment('e3', 'sms', '+15550001')
const gone = enrollment('e4', 'discontinued')
const helped = { notices: { help: START } }

const enroll = (
  method: string,
  more: { readonly address?: string | null; readonly mode?: 'add' | 'replace' },
): MachineClientEvent => ({ type: 'enrollment_requested', at: START, method, mode: 'add', ...more })
const inSetup = (...enrollments: readonly Enrollment[]): FlowContext =>
  contextWith({ run: setup, profile: profileWith(...enrollments) })

describe('a new enrollment', () => {
  const alreadyEnrolled = { reason: 'already_enrolled', field: 'method' }

  test('needs no address where the method takes none: one that could not be read does not matter', () => {
    expect(faultOf(inSetup(), enroll('authenticator', { address: null }))).toBeUndefined()
  })

  test('that replaces the preferred one must still differ from those that stay', () => {
    const event = enroll('sms', { address: '+15550001', mode: 'replace' })
    expect(faultOf(inSetup(app, text), event)).toEqual(alreadyEnrolled)
    expect(faultOf(inSetup(text, app), event)).toBeUndefined()
  })

  test('over the user’s own mail is not another one for an address that was sent along', () => {
    expect(faultOf(inSetup(app, mail), enroll('email', { address: 'eve@acme.test' }))).toEqual(
      alreadyEnrolled,
    )
  })
})

test('a call for help within the hour stands in the way of no other rescue', () => {
  const facts = factsFor({ rescue: { help: 'help@acme.test' } })
  const context = contextWith({ facts, profile: { ...withCodes(profileWith(app), 'r1'), ...helped } })
  const rescue = (option: 'help' | 'recovery_code') =>
    faultOf(context, { type: 'rescue_requested', at: START, option })
  expect(rescue('help')).toMatchObject({ reason: 'help_requested_before' })
  expect(rescue('recovery_code')).toBeUndefined()
})

describe('what speaks against challenging the only method', () => {
  const cooling = { cooldowns: { e3: START + 9 } }

  test('is what speaks against its code', () => {
    expect(faultOfOnlyMethod(contextWith({ profile: profileWith(text), ...cooling }))).toMatchObject({
      reason: 'cooling_down',
    })
  })

  test('is nothing where there are two to choose from', () => {
    expect(faultOfOnlyMethod(contextWith({ profile: profileWith(text, app), ...cooling }))).toBeUndefined()
  })
})

test('a step-up of a user whose methods are all gone is denied for that, not for having none', () => {
  expect(denialOf(contextWith({ run: stepUp, profile: profileWith(gone) }))).toBe('no_usable_method')
})

describe('L9: in a setup, the last enrollment', () => {
  const alone = () => started({ run: setup, profile: profileWith(app) })

  test('stays when it is renamed, preferred or asked for by a wrong id', () => {
    for (const event of [
      { type: 'rename_requested', enrollment: 'e1', name: 'phone' },
      { type: 'preference_requested', enrollment: 'e1' },
      { type: 'removal_requested', enrollment: 'e9' },
    ] as const) {
      const after = sent(alone(), event)
      expect(after.profile.enrollments.map(({ id }) => id)).toEqual(['e1'])
      expect(after.flow.stage.phase).not.toBe('ended')
    }
  })

  test('goes when it is removed, and the second factor with it', () => {
    const after = sent(alone(), { type: 'removal_requested', enrollment: 'e1' })
    expect(after.profile.enrollments).toEqual([])
    expect(after.state).toBe('disabled')
  })
})

describe('the public door', () => {
  test('takes a replacement by its name as well as by default', () => {
    const event = { type: 'enrollment_requested', method: 'sms' }
    const parsed = { kind: 'parsed', event: { ...event, mode: 'replace' } }
    expect(parseClientEvent({ ...event, mode: 'replace' })).toEqual(parsed)
    expect(parseClientEvent(event)).toEqual(parsed)
  })

  test('knows an event by a text alone, not by what becomes one', () => {
    expect(isClientEventType('cancel_requested')).toBe(true)
    expect(isClientEventType(['cancel_requested'])).toBe(false)
  })
})

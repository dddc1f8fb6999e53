import { expect, test } from 'vitest'
import { describe as describeFlow } from '../../../packages/core/src/flow/describe.ts'
import { clientEventSchemas } from '../../../packages/core/src/flow/events.ts'
import { factsFor, setup } from '../../model/world.ts'
import { contextWith } from './sample-flow.ts'

test('every field that a client may send is described, for whoever writes a client', () => {
  const undescribed = Object.entries(clientEventSchemas).flatMap(([type, schema]) => {
    const { properties = {} } = schema.toJSONSchema({ io: 'input' })
    return Object.entries(properties)
      .filter(([name]) => name !== 'type')
      .filter(([, field]) => typeof field !== 'object' || (field.description ?? '').length < 10)
      .map(([name]) => `${type}.${name}`)
  })
  expect(undescribed).toEqual([])
})

test('an enrollment is not offered where no method can be enrolled', () => {
  const context = contextWith({ run: setup, facts: factsFor({ methods: ['discontinued'] }) })
  expect(describeFlow('managing.idle', context, (_method, address) => address).accepts).not.toContain(
    'enrollment_requested',
  )
})

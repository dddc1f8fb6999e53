import type { Store } from '@sallyport/core'
import { recordingStore } from '@sallyport/testkit'
import { describe, expect, test } from 'vitest'
import { deploy, stores } from './deployment.ts'

type Shown = readonly { id: string; method: string; name: string | null; preferred: boolean }[]
const form = { 'content-type': 'application/x-www-form-urlencoded' }

/** A store that does something of a test's, once, after it has been read. */
function hookedStore(store: Store): Store & { afterNextLoad(act: () => void): void } {
  const acts: (() => void)[] = []
  return {
    async load(...asked) {
      const loaded = await store.load(...asked)
      acts.pop()?.()
      return loaded
    },
    commit: (change) => store.commit(change),
    purge: (...asked) => store.purge(...asked),
    forget: (userId) => store.forget(userId),
    afterNextLoad: (act) => acts.push(act),
  }
}

describe.each(stores)('/tf-enrollments/:id on %s', (_name, createStore) => {
  const begin = async (options: Parameters<typeof deploy>[0] = {}) => {
    const deployment = deploy({ store: createStore(), ...options })
    const { browser, app } = await deployment.loggedIn('bob')
    await deployment.given.factor('bob', 'sms', '+15550100')
    /** A removal takes the freshness of every session along. */
    const proveAgain = async () => {
      deployment.clock.advance({ minutes: 1 })
      await browser.post('/verify', { method: 'authenticator' })
      await browser.post('/verify', { code: app.codeAt(deployment.clock.now()) })
    }
    const enrollments = async () => {
      const { response } = await browser.get('/tf-setup')
      return response['tf_enrollments'] as Shown // as documented
    }
    const idOf = async (method: string) =>
      (await enrollments()).find((shown) => shown.method === method)?.id ?? ''
    const patch = (id: string, body: object) =>
      browser.send(`/tf-enrollments/${id}`, {
        method: 'PATCH',
        body: JSON.stringify(body),
        headers: { 'content-type': 'application/json', 'x-csrf-token': browser.csrf ?? '' },
      })
    const submit = (id: string, fields: Readonly<Record<string, string>>) =>
      browser.send(`/tf-enrollments/${id}`, {
        method: 'POST',
        body: new URLSearchParams(fields).toString(),
        headers: form,
      })
    return { ...deployment, browser, enrollments, idOf, patch, proveAgain, submit }
  }

  test('PATCH name renames it, and answers with the setup', async () => {
    const { idOf, patch, enrollments } = await begin()
    const { status, response } = await patch(await idOf('sms'), { name: 'Work phone' })
    expect(status).toBe(200)
    expect(response['tf_enrollments']).toMatchObject([{ name: null }, { name: 'Work phone' }])
    expect((await enrollments())[1]).toMatchObject({ method: 'sms', name: 'Work phone' })
  })

  test('PATCH preferred makes it the one that is asked for first', async () => {
    const { idOf, patch } = await begin()
    const { response } = await patch(await idOf('sms'), { preferred: true })
    expect(response).toMatchObject({ tf_primary_method: 'sms' })
    expect(response['tf_enrollments']).toMatchObject([
      { method: 'sms', preferred: true },
      { method: 'authenticator', preferred: false },
    ])
  })

  test.each([
    ['nothing', {}, 'name', 'field_required'],
    ['a blank name', { name: '  ' }, 'name', 'field_required'],
    ['two changes at once', { name: 'x', preferred: true }, 'preferred', 'field_invalid'],
    ['less than preferred', { preferred: false }, 'preferred', 'field_invalid'],
    ['a list', { name: ['x'] }, 'name', 'field_invalid'],
    ['a name that is too long', { name: 'x'.repeat(65) }, 'name', 'event_malformed'],
  ])('PATCH with %s changes nothing', async (_what, body, field, reason) => {
    const { idOf, patch, enrollments } = await begin()
    const before = await enrollments()
    expect(await patch(await idOf('sms'), body)).toMatchObject({
      status: 400,
      response: { reason, field_errors: { [field]: [expect.any(String)] } },
    })
    expect(await enrollments()).toEqual(before)
  })

  test('DELETE removes it; the last one disables, and forgets the browser', async () => {
    const { browser, idOf, proveAgain, twoFactor } = await begin({ policy: { remember: { days: 7 } } })
    browser.cookies.set('tf_validity', 'x')
    const removed = await browser.delete(`/tf-enrollments/${await idOf('sms')}`)
    expect(removed).toMatchObject({ status: 200, response: { tf_method: 'authenticator' } })
    expect(browser.cookies.has('tf_validity')).toBe(true)
    expect(await browser.get('/tf-setup')).toMatchObject({
      status: 401,
      response: { reason: 'reauth_required' },
    })
    await proveAgain()
    const last = await browser.delete(`/tf-enrollments/${await idOf('authenticator')}`)
    expect(last).toMatchObject({ status: 200, response: { tf_required: false, tf_method: null } })
    expect(browser.cookies.has('tf_validity')).toBe(false)
    expect((await twoFactor.users.get('bob')).enrollments).toEqual([])
  })

  test('DELETE of the last one, 2FA required: refused', async () => {
    const { browser, idOf, enrollments, proveAgain } = await begin({ policy: { required: true } })
    await browser.delete(`/tf-enrollments/${await idOf('sms')}`)
    await proveAgain()
    expect(await browser.delete(`/tf-enrollments/${await idOf('authenticator')}`)).toMatchObject({
      status: 400,
      response: { reason: 'two_factor_required', field_errors: { '': [expect.any(String)] } },
    })
    expect(await enrollments()).toHaveLength(1)
  })

  test('an enrollment of another user is as unknown as any other', async () => {
    const { browser, idOf, patch, loggedIn } = await begin()
    const id = await idOf('sms')
    const eve = (await loggedIn('eve')).browser
    for (const unknown of [await eve.delete(`/tf-enrollments/${id}`), await patch('x', { name: 'mine' })]) {
      expect(unknown).toMatchObject({ status: 400, response: { reason: 'enrollment_unknown' } })
    }
    expect(await browser.delete(`/tf-enrollments/${id}`)).toMatchObject({ status: 200 })
  })

  test('not logged in, or not fresh: 401', async () => {
    const { browser, idOf, clock, newBrowser } = await begin()
    const id = await idOf('sms')
    expect(await newBrowser().delete(`/tf-enrollments/${id}`)).toMatchObject({
      status: 401,
      response: { reason: 'not_signed_in' },
    })
    clock.advance({ minutes: 30 })
    expect(await browser.delete(`/tf-enrollments/${id}`)).toMatchObject({
      status: 401,
      response: { reauth_required: true, reauth_methods: ['authenticator', 'sms'] },
    })
  })

  test('a form names the method in a field, and proves itself by a token', async () => {
    const { browser, idOf, submit, enrollments, proveAgain } = await begin()
    const id = await idOf('sms')
    const token = { csrf_token: browser.csrf ?? '' }
    expect(await submit(id, { _method: 'PATCH', name: 'Work' })).toMatchObject({
      status: 400,
      response: { reason: 'csrf' },
    })
    expect(await submit(id, { _method: 'PATCH', name: 'Work', ...token })).toMatchObject({ status: 200 })
    expect(await submit(id, { _method: 'PATCH', preferred: 'on', ...token })).toMatchObject({ status: 200 })
    expect(await enrollments()).toMatchObject([{ name: 'Work', preferred: true }, { name: null }])
    expect(await submit(id, { _method: 'DELETE', ...token })).toMatchObject({ status: 200 })
    await proveAgain()
    expect(await enrollments()).toHaveLength(1)
  })

  test.each([
    ['no method', []],
    ['one that is none of a form’s', ['GET']],
    ['one in small letters', ['delete']],
    ['one twice', ['DELETE', 'DELETE']],
  ])('a form with %s is a POST, which there is none of', async (_what, methods) => {
    const { browser, idOf } = await begin()
    const sent = new URLSearchParams({ csrf_token: browser.csrf ?? '' })
    for (const method of methods) sent.append('_method', method)
    const path = `/tf-enrollments/${await idOf('sms')}`
    const reply = await browser.send(path, { method: 'POST', body: sent.toString(), headers: form })
    expect(reply).toMatchObject({ status: 405, response: { reason: 'method_not_allowed' } })
    expect(reply.headers.get('allow')).toBe('PATCH, DELETE')
  })

  test('the field counts in a form alone, and only where a form cannot say it otherwise', async () => {
    const { browser, idOf, enrollments } = await begin()
    const path = `/tf-enrollments/${await idOf('sms')}`
    expect(await browser.post(path, { _method: 'DELETE' })).toMatchObject({ status: 405 })
    const logout = new URLSearchParams({ _method: 'DELETE', csrf_token: browser.csrf ?? '' })
    const sent = { method: 'POST', body: logout.toString(), headers: form }
    expect(await enrollments()).toHaveLength(2)
    expect(await browser.send('/logout', sent)).toMatchObject({ status: 200 })
  })

  test('a remembered browser is revoked by a form', async () => {
    const { browser, clock, given, newBrowser, user } = await begin({ policy: { remember: { days: 7 } } })
    user('eve')
    const { app } = await given.authenticator('eve')
    const eve = newBrowser()
    await eve.post('/login', { username: 'eve', password: 'correct horse battery staple' })
    clock.advance({ minutes: 1 })
    await eve.post('/tf-validate', { code: app.codeAt(clock.now()), remember: true })
    const { response } = await eve.get('/tf-devices')
    const [device] = response['devices'] as { id: string }[] // as documented
    const body = new URLSearchParams({ _method: 'DELETE', csrf_token: eve.csrf ?? '' }).toString()
    const path = `/tf-devices/${device?.id}`
    expect(await browser.send(path, { method: 'POST', body, headers: form })).toMatchObject({ status: 400 })
    expect(await eve.send(path, { method: 'POST', body, headers: form })).toMatchObject({ status: 200 })
    expect((await eve.get('/tf-devices')).response['devices']).toEqual([])
  })

  const changes = async () => {
    const { afterNextLoad, ...hooked } = hookedStore(createStore())
    const store = recordingStore(hooked)
    const begun = await begin({ store, policy: { rescue: { recoveryCodes: true } } })
    const id = await begun.idOf('sms')
    store.clear()
    const { browser, patch, submit } = begun
    const sent = {
      setup: (body: object = { setup: 'email' }) => browser.post('/tf-setup', { ...body }),
      rename: (body: object = { name: 'Work' }) => patch(id, body),
      remove: () => browser.delete(`/tf-enrollments/${id}`),
      removeByForm: () => submit(id, { _method: 'DELETE', csrf_token: browser.csrf ?? '' }),
      recoveryCodes: () => browser.post('/mf-recovery-codes'),
    }
    return { ...begun, store, sent, afterNextLoad }
  }

  test('a look at the setup writes nothing', async () => {
    const { browser, store } = await changes()
    for (const path of ['/tf-setup', '/verify', '/mf-recovery-codes', '/tf-devices']) {
      expect(await browser.get(path)).toMatchObject({ status: 200 })
    }
    expect(store.commits).toEqual([])
  })

  test('a stale session writes nothing, however often it asks for a change', async () => {
    const { store, sent, clock } = await changes()
    clock.advance({ minutes: 30 })
    for (const send of Object.values(sent)) {
      for (let time = 0; time < 5; time++) {
        expect(await send()).toMatchObject({ status: 401, response: { reason: 'reauth_required' } })
      }
    }
    expect(await sent.setup({})).toMatchObject({ status: 401, response: { reason: 'reauth_required' } })
    expect(store.commits).toEqual([])
  })

  test('a fresh session whose fields are bad writes nothing', async () => {
    const { store, sent } = await changes()
    for (const body of [{}, { setup: 7 }, { setup: 'email', mode: 'both' }, { setup: 'sms', phone: [] }]) {
      expect(await sent.setup(body)).toMatchObject({ status: 400 })
    }
    for (const body of [{}, { name: [] }, { name: 'x', preferred: true }, { preferred: false }]) {
      expect(await sent.rename(body)).toMatchObject({ status: 400 })
    }
    expect(store.commits).toEqual([])
  })

  test('a change of a fresh session opens one setup, and sends it one event', async () => {
    const { store, sent } = await changes()
    for (const send of [sent.rename, sent.recoveryCodes, sent.setup, sent.remove]) {
      store.clear()
      expect(await send()).toMatchObject({ status: 200 })
      expect(new Set(store.commits.map(({ change }) => change.flow?.id))).toHaveLength(1)
    }
  })

  test.each(['setup', 'rename', 'remove', 'removeByForm', 'recoveryCodes'] as const)(
    'a session that goes stale between the look and the change (%s): 401, and nothing is changed',
    async (change) => {
      const { store, sent, clock, twoFactor, afterNextLoad } = await changes()
      const before = await twoFactor.users.get('bob')
      store.clear()
      afterNextLoad(() => clock.advance({ minutes: 30 }))
      expect(await sent[change]()).toMatchObject({
        status: 401,
        response: { reason: 'reauth_required', reauth_methods: ['authenticator', 'sms'] },
      })
      expect(store.commits.map(({ change: { profile } }) => profile?.value)).toEqual([undefined]) // it was opened
      expect(await twoFactor.users.get('bob')).toEqual(before)
    },
  )
})

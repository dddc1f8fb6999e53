import {
  type Change,
  createTwoFactor,
  type FlowSnapshot,
  type Profile,
  type Step,
  type Store,
  StoreError,
  type TwoFactor,
  type TwoFactorConfig,
} from '@sallyport/core'

/** Mistakes that an engine could make: each is the real one with one of its parts replaced. */
export const flawedEngines = {
  'reveals before it commits': overStore((store) => ({
    async commit(change) {
      void store.commit(change).catch(() => undefined)
      return 'committed'
    },
  })),
  'delivers before it commits': deliverFirst,
  'does not load again on a conflict': overStore((store) => ({
    async commit(change) {
      const result = await store.commit(change)
      if (result === 'committed') return result
      const { profile, flow } = await store.load(change.userId, change.flow?.id)
      return store.commit(rebased(change, profile?.revision, flow?.revision))
    },
  })),
  'takes a conflict for success': overStore((store) => ({
    async commit(change) {
      await store.commit(change)
      return 'committed'
    },
  })),
  'takes an unknown outcome for success': overStore((store) => ({
    commit: (change) => onUnknown(store.commit(change), async () => 'committed'),
  })),
  'takes an unknown outcome for none': overStore((store) => ({
    commit: (change) =>
      onUnknown(store.commit(change), async () => {
        throw new StoreError('not_applied', 'the connection broke, so surely nothing was written')
      }),
  })),
  'makes a step of unknown outcome again': overStore((store) => ({
    commit: (change) => onUnknown(store.commit(change), async () => 'conflict'),
  })),
  'is told of a conflict when it has written': overStore((store) => ({
    async commit(change) {
      await store.commit(change)
      return 'conflict'
    },
  })),
  'loses its second write': overStore((store) => {
    let writes = 0
    return {
      async commit(change) {
        writes += 1
        return writes === 2 ? 'committed' : store.commit(change)
      },
    }
  }),
  'keeps what it has read': overStore((store) => {
    const read = new Map<string, ReturnType<Store['load']>>()
    return {
      load(userId, flowId) {
        const loaded = read.get(flowId ?? '') ?? store.load(userId, flowId)
        read.set(flowId ?? '', loaded)
        return loaded
      },
    }
  }),
  'drops an event silently': (config) => {
    const twoFactor = createTwoFactor(config)
    return { ...twoFactor, send: (flow, _event, options) => twoFactor.view(flow, options) }
  },
  'throws at what it does not expect': (config) => {
    const twoFactor = createTwoFactor(config)
    return {
      ...twoFactor,
      async send(flow, event, options) {
        const step = await twoFactor.send(flow, event, options)
        if (step.refusal?.reason === 'flow_ended') throw new TypeError('a flow that has ended')
        return step
      },
    }
  },
  'tells an outcome to whoever looks': (config) => {
    const twoFactor = createTwoFactor(config)
    let outcome: Step['outcome']
    return {
      ...twoFactor,
      async send(flow, event, options) {
        const step = await twoFactor.send(flow, event, options)
        outcome = step.outcome
        return step
      },
      async view(flow, options) {
        const step = await twoFactor.view(flow, options)
        return step.state === outcome?.kind ? ({ ...step, outcome } as Step) : step // as it was told before
      },
    }
  },
  'logs the proof': (config) => {
    let proof = ''
    const logging = overStore((store) => ({
      commit: (change) =>
        store.commit({ ...change, audit: change.audit.map((record) => ({ ...record, proof })) }),
    }))
    const twoFactor = logging(config)
    return {
      ...twoFactor,
      send(flow, event, options) {
        if (event.type === 'proof_submitted') proof = event.proof
        return twoFactor.send(flow, event, options)
      },
    }
  },
  'does not see that a flow was overtaken': overStore((store) => ({
    async load(userId, flowId) {
      const loaded = await store.load(userId, flowId)
      if (loaded.flow === undefined || loaded.profile === undefined) return loaded
      const { epoch } = loaded.profile.value as Profile // what the engine wrote
      const snapshot = loaded.flow.value as FlowSnapshot // as above
      return {
        ...loaded,
        flow: { ...loaded.flow, value: { ...snapshot, flow: { ...snapshot.flow, epoch } } },
      }
    },
  })),
  'knows devices that were revoked': overStore((store) => {
    let devices: Profile['devices'] = []
    return {
      async load(userId, flowId) {
        const loaded = await store.load(userId, flowId)
        if (loaded.profile === undefined) return loaded
        const profile = loaded.profile.value as Profile // what the engine wrote
        devices = profile.devices.length > 0 ? profile.devices : devices
        return { ...loaded, profile: { ...loaded.profile, value: { ...profile, devices } } }
      },
    }
  }),
  'goes on with a flow that has ended': overStore((store) => {
    const open = new Map<string, FlowSnapshot>()
    return {
      async load(userId, flowId) {
        const loaded = await store.load(userId, flowId)
        if (loaded.flow === undefined || flowId === undefined) return loaded
        const snapshot = loaded.flow.value as FlowSnapshot // what the engine wrote
        if (snapshot.flow.stage.phase !== 'ended') open.set(flowId, snapshot)
        return { ...loaded, flow: { ...loaded.flow, value: open.get(flowId) ?? snapshot } }
      },
    }
  }),
  'takes a remembered browser for a fresh proof': overStore((store) => ({
    async commit(change) {
      const stage = change.flow?.value.flow.stage
      if (change.flow === undefined || stage?.phase !== 'ended' || stage.ending.kind !== 'authenticated')
        return store.commit(change)
      const ending = { ...stage.ending, secondFactorAt: stage.ending.authenticatedAt }
      const { value } = change.flow
      const flow = { ...value.flow, stage: { ...stage, ending } }
      return store.commit({ ...change, flow: { ...change.flow, value: { ...value, flow } } })
    },
  })),
  'counts revisions from one': overStore((store) => ({
    commit: (change) =>
      store.commit({ ...change, ...(change.flow && { flow: { ...change.flow, revision: 1 } }) }),
  })),
} as const satisfies Record<string, (config: TwoFactorConfig) => TwoFactor>

export type EngineFlaw = keyof typeof flawedEngines

/** The real engine over a store of which some functions are replaced. */
function overStore(replace: (store: Store) => Partial<Store>): (config: TwoFactorConfig) => TwoFactor {
  return (config) => createTwoFactor({ ...config, store: { ...config.store, ...replace(config.store) } })
}

/** An engine that sends a code first, and commits its challenge when it was sent. */
function deliverFirst(config: TwoFactorConfig): TwoFactor {
  const { store, mailer } = config
  let held: Change | undefined
  const release = async (): Promise<void> => {
    const change = held
    held = undefined
    if (change !== undefined) await store.commit(change)
  }
  return createTwoFactor({
    ...config,
    store: {
      ...store,
      async commit(change) {
        if (!change.audit.some((record) => record.kind === 'challenge_opened' && record.sends))
          return store.commit(change)
        held = change
        return 'committed'
      },
    },
    mailer: {
      async send(message) {
        await mailer?.send(message)
        await release()
      },
    },
  })
}

async function onUnknown(
  committing: ReturnType<Store['commit']>,
  otherwise: () => ReturnType<Store['commit']>,
): ReturnType<Store['commit']> {
  try {
    return await committing
  } catch (error) {
    if (error instanceof StoreError && error.code === 'outcome_unknown') return otherwise()
    throw error
  }
}

/** The same change over other revisions. */
function rebased(change: Change, profile: number | undefined, flow: number | undefined): Change {
  const over = (revision: number | undefined) =>
    revision === undefined ? {} : { expected: revision, revision: revision + 1 }
  return {
    ...change,
    ...(change.profile &&
      'revision' in change.profile && { profile: { ...change.profile, ...over(profile) } }),
    ...(change.profile &&
      !('revision' in change.profile) &&
      profile !== undefined && { profile: { expected: profile } }),
    ...(change.flow && { flow: { ...change.flow, ...over(flow) } }),
  }
}

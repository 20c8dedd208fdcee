import type { KyselyPlugin } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { Core } from '../../../src/server/audit/core.ts'
import { TinyMfaSettingsStore, usualTinyMfa } from '../../../src/server/compat/tiny-mfa/settings.ts'
import type { Storage } from '../../../src/server/database/storage.ts'
import { openTestCore } from '../../support/core.ts'
import { engines } from '../../support/engines.ts'

describe.each(engines)('the settings of the tiny-mfa door on $name', (engine) => {
  it('that were read while somebody changed them are not kept: the door would stay open to everybody', async () => {
    const core = await openTestCore(engine)
    const { storage } = core
    const writer = new TinyMfaSettingsStore(core)
    await storage.transaction((tx) => writer.write(tx, { ...usualTinyMfa, verifyTokens: false }))
    const hasRead = Promise.withResolvers<void>()
    const mayGoOn = Promise.withResolvers<void>()
    const slowly: KyselyPlugin = {
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        hasRead.resolve()
        await mayGoOn.promise
        return result
      },
    }
    const { changes } = storage
    const slow = { ...core, storage: { db: storage.db.withPlugin(slowly), changes } as Storage } as Core
    const store = new TinyMfaSettingsStore(slow)

    const reading = store.read()
    await hasRead.promise
    await storage.transaction((tx) => writer.write(tx, usualTinyMfa))
    mayGoOn.resolve()
    expect((await reading).verifyTokens).toBe(false)

    expect((await store.read()).verifyTokens).toBe(true)
  })
})

import type { LockoutRule } from '../../api/realms.ts'
import type { Core } from '../audit/core.ts'
import { lockoutSettingOf } from '../subjects/directory.ts'
import { readSetting, writeSetting } from '../database/settings.ts'

/** The rule of guesses that a door's own realms inherit, unless somebody wrote another one. */
export async function plantLockout(
  { storage, services }: Core,
  origin: string,
  rule: Partial<LockoutRule>,
): Promise<void> {
  const key = lockoutSettingOf(origin)
  if ((await readSetting(storage.db, key)) !== undefined) return
  await storage.transaction(async (tx) => {
    await writeSetting(tx, key, JSON.stringify(rule), services.clock.nowMs())
    await storage.recordChange(tx, { kind: 'setting', objectId: key })
  })
}

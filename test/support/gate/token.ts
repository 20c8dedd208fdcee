import type { GateHouse } from './house.ts'

/** A gate token that passes everywhere one factor is enough. */
export async function addGateToken({ rooms: { core, access } }: GateHouse): Promise<string> {
  const gateLimits = { hosts: ['*'], paths: ['/'], methods: ['*'], twoFactor: false }
  const wish = { name: 'backup', owner: 'service' as const, scopes: ['gate:app'], gateLimits, createdBy: 'test' }
  const { text } = await core.storage.transaction((tx) => access.tokens.create(tx, wish))
  return text ?? ''
}

/** The realm of local people's own codes. No door, address or scope ever shows it. */
export const peopleRealm = 'people'

/** The two realms that exist in ungleichotp's door only. */
export const callerRealms = { admin: 'ungleich-admin', auth: 'ungleich-auth' } as const

/** Every reserved realm. */
export const reservedRealms: readonly string[] = [peopleRealm, callerRealms.admin, callerRealms.auth]

const reserved = new Set(reservedRealms)

/** Whether a realm name belongs to Watchword itself or to one door alone. */
export function isReserved(realmName: string): boolean {
  return reserved.has(realmName)
}

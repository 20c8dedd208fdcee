/**
 * What happened, as the audit keeps it. Names of things that do not exist are keyed hashes (`unknownName`),
 * and no field ever holds a secret, a code or a token.
 */
export interface AuditEvent {
  /** Dotted verb, e.g. `subject.verify`, `account.reveal`, `person.login`, `realm.update`. */
  readonly action: string
  readonly actorKind: string
  readonly actorId: string
  readonly actorName: string
  readonly objectKind: string
  readonly objectId: string
  readonly objectName?: string
  readonly realmId?: string
  readonly outcome: 'accepted' | 'refused' | 'done' | 'denied'
  readonly reason?: string
  /** Client address the server saw. */
  readonly address?: string
  readonly detail?: Readonly<Record<string, string | number | boolean | null | readonly string[]>>
}

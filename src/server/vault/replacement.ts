import { randomUUID } from 'node:crypto'
import type { Static } from 'typebox'
import type { Account, AccountCreated, SecretReplace } from '../../api/accounts.ts'
import { Failure } from '../../errors/failure.ts'
import type { OtpAccount } from '../../otp/account.ts'
import { hotp } from '../../otp/hotp.ts'
import { isSameCode, normaliseCode } from '../../otp/match.ts'
import { steamCode } from '../../otp/steam.ts'
import type { Tx } from '../database/storage.ts'
import type { Actor } from '../http/actor.ts'
import type { VaultAccount } from './account.ts'
import { accountEvent, holdManaged } from './account-access.ts'
import { readSecret } from './account-input.ts'
import { custodianOf, refuseDuplicate, showAccount } from './accounts.ts'
import { addCustodian, type Custodian, custodiansOf } from './custody-store.ts'
import { accountChange, undoMsOf, type VaultRoom } from './room.ts'
import { saveAccount } from './store.ts'

/**
 * Replaces the secret. The old one can come back for a while and goes on making codes on request, so that the
 * account is never without a way in; a proof code shows that the new secret is the service's.
 *
 * @throws {@link Failure} `account_proof_wrong`, `forbidden`, and what is wrong with the input
 */
export async function replaceSecret(
  room: VaultRoom,
  actor: Actor,
  id: string,
  given: Static<typeof SecretReplace>,
): Promise<Static<typeof AccountCreated>> {
  const { otp, warnings } = readSecret(given)
  const { services } = room.core
  if (given.proofCode !== undefined && !provesSecret(otp, given.proofCode, services.clock.nowMs())) {
    throw new Failure('account_proof_wrong')
  }
  const undoMs = await undoMsOf(room)
  const replaced = await room.core.storage.transaction(async (tx) => {
    const found = await refuseDuplicate(tx, actor, room.secrets.hash(otp.secret), true, services.clock.nowMs())
    const custody = { how: 'uploaded', note: '' } as const
    const detail = { proved: given.proofCode !== undefined }
    return { account: await storeReplacement(room, tx, actor, id, { otp, custody, undoMs, detail }), found }
  })
  return { ...(await showAccount(room, actor, replaced.account)), warnings: [...warnings, ...replaced.found] }
}

/** A secret that takes the place of the present one. */
export interface Replacement {
  readonly otp: OtpAccount
  readonly custody: Pick<Custodian, 'how' | 'note'>
  /** How long the secret before can come back. */
  readonly undoMs: number
  /** What the audit says beside that it was replaced. */
  readonly detail: Readonly<Record<string, boolean | string>>
}

/** Stores a replacement with its custody, audited, for who manages the account. */
export async function storeReplacement(
  room: VaultRoom,
  tx: Tx,
  actor: Actor,
  id: string,
  { otp, custody, undoMs, detail }: Replacement,
): Promise<VaultAccount> {
  const nowMs = room.core.services.clock.nowMs()
  const { account } = await holdManaged(room, tx, actor, id, nowMs)
  const next: VaultAccount = {
    ...(await withPrevious(room, account, nowMs + undoMs)),
    ...shapeOf(otp),
    sealedSecret: room.secrets.seal(id, otp.secret),
    secretHash: room.secrets.hash(otp.secret),
    secretVersion: account.secretVersion + 1,
    rotateReason: null,
    rotateSinceMs: null,
    updatedAtMs: nowMs,
  }
  await addCustodian(tx, custodianOf(actor, next, custody, nowMs))
  await save(room, tx, actor, next, 'account.secret.replace', detail)
  return next
}

/**
 * Takes the secret before back, with everything its codes depended on.
 *
 * @throws {@link Failure} `account_no_previous_secret`, `forbidden`
 */
export async function undoReplacement(room: VaultRoom, actor: Actor, id: string): Promise<Account> {
  const { services, storage } = room.core
  const restored = await storage.transaction(async (tx) => {
    const nowMs = services.clock.nowMs()
    const { account } = await holdManaged(room, tx, actor, id, nowMs)
    if (account.previousSecret === null || (account.previousUntilMs ?? 0) <= nowMs) {
      throw new Failure('account_no_previous_secret')
    }
    const previous = await room.secrets.openPrevious(id, account.previousSecret)
    const { secret, secretVersion, ...shape } = previous
    const next: VaultAccount = {
      ...account,
      ...shape,
      sealedSecret: room.secrets.seal(id, secret),
      secretHash: room.secrets.hash(secret),
      secretVersion: account.secretVersion + 1,
      previousSecret: null,
      previousUntilMs: null,
      updatedAtMs: nowMs,
    }
    await inheritCustody(tx, next, secretVersion, nowMs)
    await save(room, tx, actor, next, 'account.secret.undo', {})
    return next
  })
  return showAccount(room, actor, restored)
}

/** Whether a code was made by this secret: now or one step either way, or by one of the next ten counters. */
function provesSecret(otp: OtpAccount, proofCode: string, nowMs: number): boolean {
  const { type, secret, periodSeconds, counter, algorithm, digits } = otp
  if (type === 'steam') {
    const typed = proofCode.replace(/\s/g, '').toUpperCase()
    return [-30_000, 0, 30_000].some((offsetMs) => isSameCode(steamCode(secret, nowMs + offsetMs), typed))
  }
  const code = normaliseCode(proofCode)
  const step = Math.floor(nowMs / 1000 / periodSeconds)
  const steps = type === 'hotp' ? Array.from({ length: 10 }, (_, ahead) => counter + ahead) : [step - 1, step, step + 1]
  return code !== null && steps.some((one) => isSameCode(hotp(secret, one, { algorithm, digits }), code))
}

async function withPrevious(room: VaultRoom, account: VaultAccount, untilMs: number): Promise<VaultAccount> {
  const secret = await room.secrets.open(account)
  const { secretVersion } = account
  const previousSecret = room.secrets.sealPrevious(account.id, { ...shapeOf(account), secret, secretVersion })
  return { ...account, previousSecret, previousUntilMs: untilMs }
}

function shapeOf({ type, algorithm, digits, periodSeconds, counter }: OtpAccount | VaultAccount) {
  return { type, algorithm, digits, periodSeconds, counter }
}

// Whoever could have seen the secret when it was the present one can now see it again.
async function inheritCustody(tx: Tx, account: VaultAccount, fromVersion: number, nowMs: number): Promise<void> {
  const before = await custodiansOf(tx, account.id, fromVersion)
  for (const custodian of before) {
    const { secretVersion, id } = account
    const copy: Custodian = { ...custodian, id: randomUUID(), accountId: id, secretVersion, atMs: nowMs }
    await addCustodian(tx, copy)
  }
}

async function save(
  room: VaultRoom,
  tx: Tx,
  actor: Actor,
  account: VaultAccount,
  action: string,
  detail: Replacement['detail'],
): Promise<void> {
  await saveAccount(tx, account)
  await room.core.audit.append(tx, [accountEvent(actor, action, account, detail)])
  await room.core.storage.recordChange(tx, { kind: accountChange, objectId: account.id })
}

import type { Static } from 'typebox'
import type {
  Account,
  AccountCreate,
  AccountCreated,
  AccountUpdate,
  addCandidates as addCandidatesEndpoint,
  Custody,
  Grant,
  readImage,
  RevealAnswer,
  RevealDay,
  RevealRecord,
  SecretReplace,
} from '../../api/accounts.ts'
import type * as aws from '../../api/aws-mfa.ts'
import type { Answer, Input } from '../../api/endpoint.ts'
import type { IntakeAnswer } from '../../api/intake.ts'
import type { Leaver } from '../access/leavers.ts'
import type { Core } from '../audit/core.ts'
import type { Tx } from '../database/storage.ts'
import type { Actor } from '../http/actor.ts'
import type { Page, PageWish } from '../http/cursor.ts'
import { listRotations, listSeenAccounts, type ListWish } from './account-list.ts'
import { addAccount, chooseFavourite, deleteAccount, readAccount, restoreAccount, updateAccount } from './accounts.ts'
import { enrolAwsMfa, listAwsMfa, rotateAwsMfa } from './aws-mfa.ts'
import { addCandidates, previewCandidates } from './candidates.ts'
import { countReveals, listCustody, listReveals, noteLeaver } from './custody.ts'
import { GranteeGuesses } from './grantee-guesses.ts'
import { createGrant, deleteGrant, type GrantWish, listGrants } from './grants.ts'
import { noteIntake, readIntake } from './intake.ts'
import type { IntakeNote } from './intake-rule.ts'
import { watchAccount } from './live.ts'
import { purgeVault } from './purge.ts'
import { replaceSecret, undoReplacement } from './replacement.ts'
import { Revealer, type RevealOptions } from './reveal.ts'
import type { VaultOptions, VaultRoom } from './room.ts'
import { createSecretKeeper } from './sealed-secret.ts'

/**
 * Shares accounts of third parties: who holds a grant is shown codes, nobody is ever shown a secret.
 *
 * Every method checks the actor's rights itself and audits what it does in the transaction that does it.
 */
export interface Vault {
  /** For the rooms that build on the vault: the doors and the importers. */
  readonly room: VaultRoom
  add(actor: Actor, given: Static<typeof AccountCreate>): Promise<Static<typeof AccountCreated>>
  list(actor: Actor, wish: ListWish): Promise<Page<Account>>
  read(actor: Actor, accountId: string): Promise<Account>
  update(actor: Actor, accountId: string, given: Static<typeof AccountUpdate>): Promise<Account>
  remove(actor: Actor, accountId: string): Promise<void>
  restore(actor: Actor, accountId: string): Promise<Account>
  replaceSecret(
    actor: Actor,
    accountId: string,
    given: Static<typeof SecretReplace>,
  ): Promise<Static<typeof AccountCreated>>
  undoReplacement(actor: Actor, accountId: string): Promise<Account>
  reveal(actor: Actor, accountId: string, options?: RevealOptions): Promise<RevealAnswer>
  registerCodes(actor: Actor, accountId: string): Promise<{ first: RevealAnswer; second: RevealAnswer }>
  /** Server-sent events about an account, as long as whoever asks by then may know of it. */
  watch(askerNow: () => Promise<Actor>, accountId: string, signal: AbortSignal): AsyncGenerator<string>
  grants(actor: Actor, accountId: string, page: PageWish): Promise<Page<Static<typeof Grant>>>
  grant(actor: Actor, accountId: string, wish: GrantWish): Promise<Static<typeof Grant>>
  ungrant(actor: Actor, accountId: string, grantId: string): Promise<void>
  custody(actor: Actor, accountId: string, page: PageWish): Promise<Page<Static<typeof Custody>>>
  reveals(actor: Actor, accountId: string, page: PageWish): Promise<Page<Static<typeof RevealRecord>>>
  revealCounts(actor: Actor, accountId: string): Promise<{ days: Static<typeof RevealDay>[] }>
  /** What a file, an image or a text holds, before anything is stored. */
  preview(actor: Actor, given: Input<typeof readImage>['body']): Promise<Answer<typeof readImage>>
  addPreviewed(
    actor: Actor,
    batch: string,
    given: Input<typeof addCandidatesEndpoint>['body'],
  ): Promise<Answer<typeof addCandidatesEndpoint>>
  intake(actor: Actor, accountId: string): Promise<IntakeAnswer>
  noteIntake(actor: Actor, accountId: string, note: IntakeNote): Promise<IntakeAnswer>
  rotations(actor: Actor, page: PageWish): Promise<Page<Account>>
  /** An IAM user's MFA device whose secret goes from AWS into the vault. */
  enrolAwsMfa(actor: Actor, given: Input<typeof aws.enrolAwsMfa>['body']): Promise<Answer<typeof aws.enrolAwsMfa>>
  rotateAwsMfa(
    actor: Actor,
    accountId: string,
    given: Input<typeof aws.rotateAwsMfa>['body'],
  ): Promise<Answer<typeof aws.rotateAwsMfa>>
  listAwsMfa(actor: Actor, given: Input<typeof aws.listAwsMfa>['body']): Promise<Answer<typeof aws.listAwsMfa>>
  favourite(actor: Actor, accountId: string, favourite: boolean): Promise<void>
  /** To be called in the transaction in which somebody is disabled, removed or leaves a group. */
  noteLeaver(tx: Tx, actor: Actor, leaver: Leaver): Promise<number>
  /** Removes what can no longer come back; the vault does so by itself every hour. */
  purge(): Promise<void>
  /** Ends what waits or watches; everything else is still answered. */
  endWaits(): void
  /** Ends waits and background work. */
  stop(): void
}

const purgeEveryMs = 60 * 60_000

/** Opens the vault of a database. */
export function createVault(core: Core, options: VaultOptions = {}): Vault {
  const room: VaultRoom = {
    core,
    secrets: createSecretKeeper(core.keyRing),
    options,
    granteeGuesses: new GranteeGuesses(),
  }
  const revealer = new Revealer(room)
  const purging = setInterval(() => void purgeQuietly(room), purgeEveryMs)
  purging.unref()
  return {
    room,
    add: (actor, given) => addAccount(room, actor, given),
    list: (actor, wish) => listSeenAccounts(room, actor, wish),
    read: (actor, accountId) => readAccount(room, actor, accountId),
    update: (actor, accountId, given) => updateAccount(room, actor, accountId, given),
    remove: (actor, accountId) => deleteAccount(room, actor, accountId),
    restore: (actor, accountId) => restoreAccount(room, actor, accountId),
    replaceSecret: (actor, accountId, given) => replaceSecret(room, actor, accountId, given),
    undoReplacement: (actor, accountId) => undoReplacement(room, actor, accountId),
    reveal: (actor, accountId, wish) => revealer.reveal(actor, accountId, wish),
    registerCodes: (actor, accountId) => revealer.registerCodes(actor, accountId),
    watch: (askerNow, accountId, signal) =>
      watchAccount(room, askerNow, accountId, AbortSignal.any([signal, revealer.stopping])),
    grants: (actor, accountId, page) => listGrants(room, actor, accountId, page),
    grant: (actor, accountId, wish) => createGrant(room, actor, accountId, wish),
    ungrant: (actor, accountId, grantId) => deleteGrant(room, actor, accountId, grantId),
    custody: (actor, accountId, page) => listCustody(room, actor, accountId, page),
    reveals: (actor, accountId, page) => listReveals(room, actor, accountId, page),
    revealCounts: (actor, accountId) => countReveals(room, actor, accountId),
    preview: (actor, given) => previewCandidates(room, actor, given),
    addPreviewed: (actor, batch, given) => addCandidates(room, actor, batch, given),
    intake: (actor, accountId) => readIntake(room, actor, accountId),
    noteIntake: (actor, accountId, note) => noteIntake(room, actor, accountId, note),
    rotations: (actor, page) => listRotations(room, actor, page),
    enrolAwsMfa: (actor, given) => enrolAwsMfa(room, actor, given, revealer.stopping),
    rotateAwsMfa: (actor, accountId, given) => rotateAwsMfa(room, actor, accountId, given, revealer.stopping),
    listAwsMfa: (actor, given) => listAwsMfa(room, actor, given, revealer.stopping),
    favourite: (actor, accountId, favourite) => chooseFavourite(room, actor, accountId, favourite),
    noteLeaver: (tx, actor, leaver) => noteLeaver(room, tx, actor, leaver),
    purge: () => purgeVault(room),
    endWaits: () => revealer.endWaits(),
    stop: () => {
      clearInterval(purging)
      revealer.endWaits()
    },
  }
}

async function purgeQuietly(room: VaultRoom): Promise<void> {
  try {
    await purgeVault(room)
  } catch (error) {
    room.core.services.log.warn({ err: error }, 'the vault could not be tidied; the next hour tries again')
  }
}

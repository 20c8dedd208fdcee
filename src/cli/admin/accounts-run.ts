import { readFileSync } from 'node:fs'
import type { Static } from 'typebox'
import {
  type Account,
  type AccountUpdate,
  createAccount,
  createGrant,
  deleteAccount,
  deleteGrant,
  type GrantSpec,
  listAccounts,
  listCustody,
  listGrants,
  listRotations,
  readAccount,
  replaceSecret,
  restoreAccount,
  revealCode,
  type SignOnDemand,
  undoReplaceSecret,
  updateAccount,
} from '../../api/accounts.ts'
import type { Client } from '../../client/client.ts'
import { isRefusal } from '../../client/failures.ts'
import { pages } from '../../client/watchword.ts'
import { Failure } from '../../errors/failure.ts'
import type { CliContext } from '../context.ts'
import type { AddFlags, GrantFlags, ListFlags, ReplaceFlags, SecretFlags, TextFlags, UpdateFlags } from './accounts.ts'
import { type AdminFlags, withAdminClient } from './connection.ts'

/** Accounts of the vault, a line each: id, label, issuer. */
export async function list(this: CliContext, flags: ListFlags): Promise<void> {
  const { search, tag, deleted } = flags
  const query = { ...(search === undefined ? {} : { search }), ...(tag === undefined ? {} : { tag }), deleted }
  const accounts = await withAdminClient(this, flags, (client) => allAccounts(client, query))
  if (flags.json) return this.printJson({ items: accounts })
  if (accounts.length === 0) return this.say('There are no such accounts.')
  for (const account of accounts) this.print(lineOf(account))
}

/** One account, a line for each field that says something. */
export async function show(this: CliContext, flags: AdminFlags, name: string): Promise<void> {
  const account = await withAdminClient(this, flags, (client) => findAccount(client, name))
  if (flags.json) return this.printJson(account)
  for (const [field, value] of Object.entries(account)) {
    if (value !== '' && value !== null && value !== undefined) this.print(`${field}: ${shown(value)}`)
  }
}

function shown(value: NonNullable<Account[keyof Account]>): string {
  if (Array.isArray(value)) return value.join(', ')
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** The code of an account, audited; a counter goes one on with every call. */
export async function code(this: CliContext, flags: AdminFlags, name: string): Promise<void> {
  const answer = await withAdminClient(this, flags, async (client) => {
    const { id } = await findAccount(client, name)
    return client.call(revealCode, { params: { account: id }, body: {} }, { idempotencyKey: crypto.randomUUID() })
  })
  if (flags.json) return this.printJson(answer)
  this.print(answer.code)
}

/** Stores an account; warnings go to standard error. */
export async function add(this: CliContext, flags: AddFlags): Promise<void> {
  const secretBase32 = await readSecret(this, flags)
  const { marked = false, allowDuplicate, reveal = [] } = flags
  const grants = reveal.map((who) => grantOf(who, 'reveal', undefined))
  const body = { ...given(flags), secretBase32, marked, allowDuplicate, grants }
  const account = await withAdminClient(this, flags, (client) => client.call(createAccount, { body }))
  if (flags.json) return this.printJson(account)
  for (const { message } of account.warnings) this.say(message)
  this.print(lineOf(account))
}

/** Changes what flags name and leaves the rest. */
export async function update(this: CliContext, flags: UpdateFlags, name: string): Promise<void> {
  const account = await withAdminClient(this, flags, async (client) => {
    const { id } = await findAccount(client, name)
    return client.call(updateAccount, { params: { account: id }, body: given(flags) })
  })
  if (flags.json) return this.printJson(account)
  this.print(lineOf(account))
}

function given(flags: TextFlags): Static<typeof AccountUpdate> {
  const { label, identifier, issuer, url, note, tag, lease, stepUp, marked } = flags
  const text = { label, identifier, issuer, url, note, tags: tag === undefined ? undefined : [...tag] }
  const rules = { lease, stepUp, signOnDemand: demandOf(flags), marked }
  return Object.fromEntries(Object.entries({ ...text, ...rules }).filter(([, value]) => value !== undefined))
}

// Where a part of a demand is given, the rest is as usual.
function demandOf({ acr, amr, maxAge }: TextFlags): SignOnDemand | undefined {
  if (acr === undefined && amr === undefined && maxAge === undefined) return undefined
  return { acrValues: [...(acr ?? [])], amr: [...(amr ?? [])], maxAgeSeconds: maxAge ?? 300 }
}

/** Stores a new secret; the one before can be brought back for a while. */
export async function replace(this: CliContext, flags: ReplaceFlags, name: string): Promise<void> {
  const secretBase32 = await readSecret(this, flags)
  const body = { secretBase32, ...(flags.proofCode === undefined ? {} : { proofCode: flags.proofCode }) }
  const account = await withAdminClient(this, flags, async (client) => {
    const { id } = await findAccount(client, name)
    return client.call(replaceSecret, { params: { account: id }, body })
  })
  if (flags.json) return this.printJson(account)
  for (const { message } of account.warnings) this.say(message)
  this.say(`The secret of ${account.label} is replaced. "undo-replace" takes the old one back.`)
}

/** Brings the secret before the last replacement back. */
export async function undoReplace(this: CliContext, flags: AdminFlags, name: string): Promise<void> {
  const account = await withAdminClient(this, flags, async (client) => {
    const { id } = await findAccount(client, name)
    return client.call(undoReplaceSecret, { params: { account: id } })
  })
  tell(this, flags, account, `The secret before is the one of ${account.label} again.`)
}

/** Who may do what with an account, a line each: the grant's id, right, who, until when. */
export async function grants(this: CliContext, flags: AdminFlags, name: string): Promise<void> {
  const answer = await withAdminClient(this, flags, async (client) => {
    const { id } = await findAccount(client, name)
    return everyItem((page) => client.call(listGrants, { params: { account: id }, query: page }))
  })
  if (flags.json) return this.printJson(answer)
  for (const { id, right, grantee, granteeName, expiresAtMs } of answer.items) {
    const until = expiresAtMs === null ? '' : `  until ${new Date(expiresAtMs).toISOString()}`
    this.print(`${id}  ${right}  ${grantee === 'everyone' ? 'everyone' : `${grantee}:${granteeName}`}${until}`)
  }
}

/** Lets somebody see codes of an account or manage it. */
export async function grant(this: CliContext, flags: GrantFlags, name: string): Promise<void> {
  const body = grantOf(flags.to, flags.right, flags.until)
  const answer = await withAdminClient(this, flags, async (client) => {
    const { id } = await findAccount(client, name)
    return client.call(createGrant, { params: { account: id }, body })
  })
  tell(this, flags, answer, `${answer.granteeName} may ${answer.right} ${name}.`)
}

/** Ends one grant, by its id. */
export async function ungrant(this: CliContext, flags: AdminFlags, name: string, grantId: string): Promise<void> {
  await withAdminClient(this, flags, async (client) => {
    const { id } = await findAccount(client, name)
    await client.call(deleteGrant, { params: { account: id, grant: grantId } })
  })
  tell(this, flags, { deleted: grantId }, 'The grant is ended.')
}

/** Who could ever have seen the secret of an account, a line each. */
export async function custody(this: CliContext, flags: AdminFlags, name: string): Promise<void> {
  const answer = await withAdminClient(this, flags, async (client) => {
    const { id } = await findAccount(client, name)
    return everyItem((page) => client.call(listCustody, { params: { account: id }, query: page }))
  })
  if (flags.json) return this.printJson(answer)
  for (const { atMs, personName, how, secretVersion } of answer.items) {
    this.print(`${new Date(atMs).toISOString()}  version ${secretVersion}  ${how}  ${personName || 'nobody'}`)
  }
}

/** Accounts whose secret has to be replaced, the longest due first, each with why. */
export async function rotations(this: CliContext, flags: AdminFlags): Promise<void> {
  const answer = await withAdminClient(this, flags, (client) =>
    everyItem((page) => client.call(listRotations, { query: page })),
  )
  if (flags.json) return this.printJson(answer)
  if (answer.items.length === 0) return this.say('No secret has to be replaced.')
  for (const account of answer.items) this.print(`${lineOf(account)}  ${account.rotateReason ?? ''}`)
}

/** Deletes an account; it can be restored for a while. */
export async function remove(this: CliContext, flags: AdminFlags, name: string): Promise<void> {
  const account = await withAdminClient(this, flags, async (client) => {
    const found = await findAccount(client, name)
    await client.call(deleteAccount, { params: { account: found.id } })
    return found
  })
  tell(this, flags, { deleted: account.id }, `${account.label} is deleted. "restore ${account.id}" brings it back.`)
}

/** Brings a deleted account back; a label finds it as well as its id. */
export async function restore(this: CliContext, flags: AdminFlags, name: string): Promise<void> {
  const account = await withAdminClient(this, flags, async (client) => {
    const { id } = await findAccount(client, name, true)
    return client.call(restoreAccount, { params: { account: id } })
  })
  tell(this, flags, account, `${account.label} is back.`)
}

function tell(context: CliContext, { json }: AdminFlags, answer: unknown, sentence: string): void {
  if (json) context.printJson(answer)
  else context.say(sentence)
}

function lineOf({ id, label, issuer }: Account): string {
  return issuer === '' || label.includes(issuer) ? `${id}  ${label}` : `${id}  ${label}  ${issuer}`
}

/** All pages of a list as one. */
async function everyItem<Item>(read: Parameters<typeof pages<Item>>[0]): Promise<{ items: Item[] }> {
  const items: Item[] = []
  for await (const item of pages(read)) items.push(item)
  return { items }
}

async function allAccounts(
  client: Client,
  query: { search?: string; tag?: string; deleted?: boolean },
): Promise<Account[]> {
  const { items } = await everyItem((page) => client.call(listAccounts, { query: { ...query, ...page } }))
  return items
}

/** By id, else by the one label that is exactly this. */
async function findAccount(client: Client, name: string, deleted = false): Promise<Account> {
  try {
    return await client.call(readAccount, { params: { account: name } })
  } catch (error) {
    if (!isRefusal(error, 'account_not_found')) throw error
  }
  const found = (await allAccounts(client, { deleted })).filter(({ label }) => label === name)
  const [account, second] = found
  if (account === undefined) throw new Failure('account_not_found')
  if (second !== undefined) throw new Failure('account_label_ambiguous', { detail: { count: found.length } })
  return account
}

function grantOf(who: string, right: 'reveal' | 'manage', until: number | undefined): Static<typeof GrantSpec> {
  const ending = until === undefined ? {} : { expiresAtMs: until }
  if (who === 'everyone') return { grantee: 'everyone', right, ...ending }
  const [, grantee, granteeId] = /^(person|group):(.+)$/s.exec(who) ?? []
  if (granteeId === undefined) throw new Failure('grant_who_unreadable')
  return { grantee: grantee === 'group' ? 'group' : 'person', granteeId, right, ...ending }
}

async function readSecret(context: CliContext, { secretFile }: SecretFlags): Promise<string> {
  if (secretFile === undefined && context.canAsk()) {
    const instead = 'Give --secret-file FILE, or --secret-file - to read it from standard input.'
    return context.ask({ text: 'Secret or otpauth URI: ', asks: 'the secret', instead })
  }
  if (secretFile === undefined || secretFile === '-') return (await context.readStdin()).toString('utf8').trim()
  try {
    return readFileSync(secretFile, 'utf8').trim()
  } catch (cause) {
    throw new Failure('file_unreadable', { detail: { file: secretFile }, cause })
  }
}

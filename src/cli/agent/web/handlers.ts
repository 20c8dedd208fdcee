import { Failure, isFailure } from '../../../errors/failure.ts'
import { formatOtpauthUri } from '../../../otp/otpauth-uri.ts'
import { drawQrSvg } from '../../../qr/draw.ts'
import type { CliContext } from '../../context.ts'
import { codeAt, secondsLeft } from '../code-at.ts'
import { insert, nameAccount } from '../commands/add.ts'
import { appendReveal } from '../reveal-log.ts'
import { fromImage, fromText, type NewAccount } from '../secret-input.ts'
import { parseOptions } from '../simpleotp-options.ts'
import { checkName, nameOf, withoutOwnName } from '../store/lines.ts'
import { sortEntries } from '../store/name-index.ts'
import { isCounting, takeAccount } from '../take-account.ts'
import { type Answer, json, page, statusOf } from './answers.ts'
import { addedPage, addPage, listPage } from './pages.ts'
import type { UnlockedStore } from './unlocked-store.ts'

/** What the handlers work on. */
export interface WebRoom {
  readonly context: CliContext
  readonly unlocked: UnlockedStore
}

/** `GET /`: all accounts. */
export async function showList({ unlocked }: WebRoom): Promise<Answer> {
  const isOpen = await unlocked.isOpen()
  const entries = sortEntries(await unlocked.store.entries().catch(() => []))
  return page(listPage({ entries, isOpen, lockAfterMinutes: unlocked.store.settings.lockAfterMinutes }))
}

/** `POST /reveal`: one code with its time. A page that only follows its countdown does not keep the store open. */
export async function reveal({ context, unlocked }: WebRoom, body: unknown): Promise<Answer> {
  const name = textField(body, 'name')
  if (!isTrue(body, 'refresh')) unlocked.touch()
  const { account, shown } = await takeCode(context, unlocked, name)
  const { code, counter } = shown
  return json({
    name,
    code,
    counter,
    secondsLeft: secondsLeft(shown, context.now()),
    periodSeconds: account.periodSeconds,
  })
}

/** `POST /totpgen`: simpleotp's own request for a code, `{"file": NAME}`. */
export async function revealForSimpleotp({ context, unlocked }: WebRoom, body: unknown): Promise<Answer> {
  unlocked.touch()
  const { shown } = await takeCode(context, unlocked, textField(body, 'file'))
  const timeleft = shown.validUntilMs === null ? null : (shown.validUntilMs - context.now()) / 1000
  return json({ token: shown.code, timeleft })
}

/** `POST /unlock` and simpleotp's `POST /totpgpgkey`: the passphrase, checked before it is kept. */
export async function unlock({ unlocked }: WebRoom, body: unknown, field: string): Promise<Answer> {
  await unlocked.unlock(textField(body, field))
  return json({ unlocked: true }, 202)
}

/** `POST /lock`. */
export async function lock({ unlocked }: WebRoom): Promise<Answer> {
  await unlocked.lock()
  return json({ locked: true })
}

/** `POST /preview`: the code a secret makes, or what is wrong with it, while it is typed. */
export function preview({ context, unlocked }: WebRoom, body: unknown): Answer {
  unlocked.touch()
  try {
    const { account, warnings } = fromText(textField(body, 'secret'), parseOptions(textField(body, 'options')))
    const firstCode = account.type === 'hotp' ? '' : codeAt(account, context.now()).code
    const says = firstCode === '' ? '' : `Its code now is ${firstCode}: compare it with the service.`
    return json({ says: [says, ...warnings].join(' ').trim() })
  } catch (cause) {
    if (!isFailure(cause)) throw cause
    return json({ error: cause.message })
  }
}

/** `POST /add`: a new account by title and secret, or by a picture; the page after it shows its QR code. */
export async function add({ context, unlocked }: WebRoom, form: FormData): Promise<Answer> {
  unlocked.touch()
  try {
    const title = formText(form, 'title')
    const { account } = await readForm(form)
    const named = nameAccount(account, title === '' ? undefined : checkName(title))
    const { ensureStore } = await import('../ensure-store.ts')
    if (!unlocked.store.exists()) await ensureStore(context, { store: unlocked.store.path })
    await unlocked.store.change((accounts) => insert(accounts, named, false))
    return page(addedPage(nameOf(named), drawQrSvg(formatOtpauthUri(withoutOwnName(named)))), 201)
  } catch (cause) {
    if (!isFailure(cause)) throw cause
    return page(addPage(cause.message), statusOf(cause))
  }
}

async function readForm(form: FormData): Promise<NewAccount> {
  const settled = parseOptions(formText(form, 'options'))
  const secret = formText(form, 'secret')
  const picture = form.get('qrcode')
  if (secret !== '') return fromText(secret, settled)
  if (picture instanceof File && picture.size > 0) {
    return fromImage(new Uint8Array(await picture.arrayBuffer()), picture.name || 'the picture', settled)
  }
  throw new Failure('otp_secret_empty')
}

async function takeCode(context: CliContext, unlocked: UnlockedStore, name: string) {
  const isHotp = await isCounting(unlocked.store, name)
  const account = isHotp ? await takeAccount(unlocked.store, name) : await unlocked.account(name)
  const { paths, file } = unlocked.store.settings
  if (file.logReveals === true) await appendReveal(paths.state, { atMs: context.now(), name, way: 'web page' })
  return { account, shown: codeAt(account, context.now()) }
}

function textField(body: unknown, field: string): string {
  const value = typeof body === 'object' && body !== null ? Reflect.get(body, field) : undefined
  if (typeof value !== 'string')
    throw new Failure('agent_usage', { detail: { reason: `The field ${field} is missing.` } })
  return value
}

function isTrue(body: unknown, field: string): boolean {
  return typeof body === 'object' && body !== null && Reflect.get(body, field) === true
}

function formText(form: FormData, field: string): string {
  const value = form.get(field)
  return typeof value === 'string' ? value.trim() : ''
}

import type { Transporter } from 'nodemailer'
import { remark } from '../../../errors/remarks.ts'
import type { Language } from '../../http/language.ts'
import { signedHeaders, webhookKey } from './signature.ts'
import type { Notice, Webhook } from './store.ts'
import { Undelivered } from './undelivered.ts'

/** How mail leaves; null where none is configured. */
export interface MailConfig {
  readonly smtpUrl: string
  readonly from: string
  /** English unless given. */
  readonly language?: Language
}

const patienceMs = 10_000

/**
 * Posts a notice to its webhook. Only the status counts; a redirect is not followed, because where it leads was
 * chosen by nobody here.
 *
 * @throws {@link Undelivered} with the receiver's status, or what `fetch` throws
 */
export async function postWebhook(
  webhook: Webhook,
  notice: Notice,
  keyRing: { deriveKey(label: string): Uint8Array },
  nowMs: number,
): Promise<void> {
  const response = await fetch(webhook.url, {
    method: 'POST',
    redirect: 'manual',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'watchword',
      ...signedHeaders(webhookKey(keyRing, webhook.id), notice, nowMs),
    },
    body: notice.body,
    signal: AbortSignal.timeout(patienceMs),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Undelivered(remark('notice_refused', { status: response.status }))
}

/** A connection to the mail server, opened at the first mail. */
export async function openMail({ smtpUrl }: MailConfig): Promise<Transporter> {
  const { createTransport } = await import('nodemailer')
  return createTransport({
    url: smtpUrl,
    connectionTimeout: patienceMs,
    greetingTimeout: patienceMs,
    socketTimeout: patienceMs,
  })
}

/** A mail as the outbox holds it. */
export interface Mail {
  readonly subject: string
  readonly text: string
}

/** Sends a mail. Its Message-ID is the notice's id, so that a repetition can be told. */
export async function sendMail(transport: Transporter, from: string, notice: Notice): Promise<void> {
  const { subject, text } = JSON.parse(notice.body) as Mail
  const domain =
    from
      .split('@')
      .at(-1)
      ?.replaceAll(/[^a-z0-9.-]/gi, '') ?? 'localhost'
  await transport.sendMail({ from, to: notice.target, subject, text, messageId: `<${notice.id}@${domain}>` })
}

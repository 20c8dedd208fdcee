import { noticeEvents } from '../../../api/operation.ts'

export type NoticeEventName = (typeof noticeEvents)[number]

/** Something people or other systems should hear of; it never holds a secret, a code or a token. */
export interface NoticeEvent {
  readonly event: NoticeEventName
  /** One sentence, for mail. */
  readonly summary: string
  /** Whom it concerns: they get a mail unless they switched it off. */
  readonly personIds?: readonly string[]
  readonly toAdministrators?: boolean
  readonly fields: Readonly<Record<string, string | number | boolean | null>>
}

/** Changes of one's own factors are always told: whoever made them may not be oneself (OWASP ASVS 6.3.7). */
export function isAlwaysTold(event: NoticeEventName): boolean {
  return event === 'person.factor_changed'
}

/** The preference that switches mail about an event off, when it is `false`. */
export function mailPreference(event: NoticeEventName): string {
  return `mail:${event}`
}

/** Whether notices of this name exist, exactly as it is written. */
export function isNoticeEvent(text: string): text is NoticeEventName {
  return (noticeEvents as readonly string[]).includes(text)
}

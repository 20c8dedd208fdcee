import type { Language } from '../../http/language.ts'
import type { Mail } from './delivery.ts'
import type { NoticeEvent, NoticeEventName } from './events.ts'

/** A notice as a mail in the language that mails of this server have. */
export function mailOf(event: NoticeEvent, language: Language): Mail {
  const { subject, text } =
    language === 'de' ? german[event.event](event.fields) : { subject: subjects[event.event], text: event.summary }
  return { subject: `Watchword: ${subject}`, text: `${text}\n` }
}

const subjects: Record<NoticeEventName, string> = {
  'login.new_device': 'a login from a new place',
  'person.factor_changed': 'a passphrase or factor was changed',
  'subject.locked': 'too many wrong codes',
  'subject.cap_reached': 'a lock that needs your help',
  'account.revealed': 'a code was shown',
  'account.rotate_needed': 'a secret should be replaced',
  'audit.checkpoint': 'an audit checkpoint',
}

type Fields = NoticeEvent['fields']

const german: Record<NoticeEventName, (fields: Fields) => Mail> = {
  'login.new_device': (fields) => ({
    subject: 'eine Anmeldung von einem neuen Ort',
    text: `${told(fields, 'username')} hat sich von einer Adresse angemeldet, die seit 30 Tagen nicht vorkam: ${told(fields, 'address')}.`,
  }),
  'person.factor_changed': (fields) => ({
    subject: 'eine Passphrase oder ein Faktor wurde geändert',
    text:
      fields['what'] === 'reset'
        ? `Die Passphrase und die zweiten Faktoren von ${told(fields, 'username')} wurden zurückgesetzt.`
        : `Ein Faktor von ${told(fields, 'username')} wurde geändert (${germanFactor(fields)}). Wenn Sie das nicht waren, lassen Sie ihn von jemandem zurücksetzen, der Watchword verwaltet.`,
  }),
  'subject.locked': () => ({
    subject: 'zu viele falsche Codes',
    text: 'Für Ihre Anmeldung wurden zu viele falsche Codes versucht. Codes werden abgelehnt, bis die Sperre aufgehoben wird oder zwei richtige Codes nacheinander von einem Ort kommen, den Sie benutzen.',
  }),
  'subject.cap_reached': (fields) => ({
    subject: 'eine Sperre, die Ihre Hilfe braucht',
    text: `Die Versuche für ${told(fields, 'subject')} sind aufgebraucht: Codes werden abgelehnt, bis jemand die Sperre aufhebt.`,
  }),
  'account.revealed': (fields) => ({
    subject: 'ein Code wurde gezeigt',
    text: `${told(fields, 'actor')} wurde ein Code von ${told(fields, 'label')} gezeigt.`,
  }),
  'account.rotate_needed': (fields) => ({
    subject: 'ein Geheimnis sollte ersetzt werden',
    text: `Das Geheimnis von ${told(fields, 'label')} sollte ersetzt werden: Wer es gesehen haben kann, ist gegangen.`,
  }),
  'audit.checkpoint': (fields) => ({
    subject: 'ein Prüfpunkt des Audits',
    text: `Die Audit-Kette ${told(fields, 'chain')} steht bei Ereignis ${told(fields, 'sequence')}.`,
  }),
}

const germanFactors: Readonly<Record<string, string>> = {
  passphrase: 'Passphrase',
  code: 'Code',
  'recovery-codes': 'Wiederherstellungscodes',
  'passkey-added': 'Passkey hinzugefügt',
  'passkey-removed': 'Passkey entfernt',
}

function germanFactor(fields: Fields): string {
  const what = told(fields, 'what')
  return germanFactors[what] ?? what
}

function told(fields: Fields, name: string): string {
  return String(fields[name] ?? '')
}

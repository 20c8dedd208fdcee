import type { WordKey } from '../en/index.ts'

type Part = Extract<WordKey, `root.${string}`>

export const root = {
  'root.title': 'Root-Konto übernehmen',
  'root.lead':
    'Wer das Passwort zurücksetzen kann und auch das Geheimnis hat, besitzt das Konto allein. Diese Schritte sorgen dafür, dass niemand beides kann. Drucken Sie die Seite als Beleg.',
  'root.step1': 'Wer das Postfach liest',
  'root.step2': 'Geheimnis laden',
  'root.step3': 'Zwei Codes eintragen',
  'root.step4': 'Passwort ändern',
  'root.step5': 'Noch einmal prüfen',
  'root.account': 'Name des Kontos',
  'root.accountHint': 'Etwa AWS Produktion',
  'root.number': 'Kontonummer',
  'root.readers': 'Personen, die das Root-Postfach lesen können',
  'root.readersHint':
    'Wer die Mail bei vergessenem Passwort bekommt. Zählen Sie die Verwaltung des Mailservers und geteilte Postfächer mit. Nach jedem Namen die Eingabetaste.',
  'root.loader': 'Sie laden das Geheimnis, angemeldet als {name}.',
  'root.refused': 'Sie lesen dieses Postfach, also dürfen Sie das Geheimnis nicht laden.',
  'root.refusedWhy':
    'Sie könnten das Passwort zurücksetzen und die Codes erzeugen. Lassen Sie es jemanden laden, der das Postfach nicht liest, oder halten Sie fest, warum es nicht anders geht.',
  'root.exception': 'Ausnahme festhalten',
  'root.reason': 'Warum es nicht anders geht',
  'root.secret': 'Geheimnis, das der Dienst zeigt (oder sein otpauth-Link)',
  'root.store': 'Konto speichern',
  'root.stored': 'Das Konto ist gespeichert. Niemand kann das Geheimnis wieder herausholen.',
  'root.registered': 'Der Dienst hat beide Codes angenommen',
  'root.rotateWhy':
    'Jetzt ändert jemand, der das Postfach liest, das Passwort, ohne Sie. Von da an hat niemand beide Faktoren.',
  'root.rotatedBy': 'Wer das Passwort geändert hat',
  'root.rotatedSelf': 'Wer das Geheimnis lädt, darf das Passwort nicht ändern.',
  'root.rotated': 'Das Passwort wurde geändert',
  'root.checkWhy':
    'Diese Person meldet sich noch einmal an, mit dem neuen Passwort und einem Code von hier. Erst dann ist sicher, dass beide Faktoren gehen und getrennt sind.',
  'root.grantWhy': 'Sie braucht das Recht, Codes dieses Kontos zu sehen:',
  'root.grant': 'Erteilen',
  'root.granted': 'Erteilt.',
  'root.checked': 'Die Anmeldung mit neuem Passwort und frischem Code hat geklappt',
  'root.finish': 'Beleg abschließen',
  'root.doneTitle': '{name} ist übernommen',
  'root.doneWhy': 'Der Beleg steht auf der Seite des Kontos und im Protokoll.',
  'root.open': 'Konto öffnen',
  'root.tag': 'root',
  'root.tagOpen': 'root: unfertig',
  'root.record.readers': 'Root-Postfach lesen: {names}',
  'root.record.loader': 'Geheimnis geladen von: {name}, {when}',
  'root.record.exception': 'Ausnahme, wer lädt, liest das Postfach: {reason}',
  'root.record.rotated': 'Passwort geändert von: {name}, {when}',
  'root.record.checked': 'Zweite Anmeldung mit einem Code für: {name}, {when}',
  'root.record.registered': 'Der Dienst hat zwei Codes angenommen: {when}',
  'root.recordTitle': 'Als Root-Konto übernommen',
  'root.recordLead': 'Niemand konnte beide Faktoren haben. Im Protokoll steht derselbe Beleg.',
  'root.unfinished':
    'Unfertig: Als Nächstes kommt Schritt {step} von 5, auch an einem anderen Tag und durch jemand anderen.',
  'root.resume': 'Mit den Schritten weitermachen',
  'root.notBegun': 'Dieses Konto wurde nicht als Root-Konto übernommen. Beginnen Sie neu auf der Seite der Codes.',
  'root.checkOther':
    'Diese Person öffnet das Konto in ihrem eigenen Browser und lässt sich dort einen Code zeigen. Ein Code für die Person, die das Geheimnis geladen hat, zählt nicht.',
  'root.checkSeen': 'Seit das Passwort geändert wurde, bekam jemand anderes einen Code.',
} as const satisfies Record<Part, string>

import type { Entry, WordKey } from '../en/index.ts'

type Area =
  | 'realms'
  | 'realm'
  | 'guess'
  | 'lockout'
  | 'subjects'
  | 'subject'
  | 'enrol'
  | 'resync'
  | 'bulk'
  | 'enrolPage'
type Part = Extract<WordKey, `${Area}.${string}`>

export const realms = {
  'realms.title': 'Bereiche',
  'realms.lead':
    'Anwendungen fragen Watchword, ob ein Code stimmt. Jeder Bereich enthält die Benutzer einer Anwendung und ihre Regeln.',
  'realms.add': 'Bereich anlegen',
  'realms.emptyTitle': 'Noch keine Bereiche',
  'realms.empty': 'Legen Sie einen für jede Anwendung an, deren Codes Watchword beurteilen soll.',
  'realms.subjects': { one: '{count} Benutzer', other: '{count} Benutzer' },
  'realms.disabled': 'Abgeschaltet',
  'realms.name': 'Name',
  'realms.nameHint': 'Teil der Adresse, die Anwendungen aufrufen; Groß- und Kleinbuchstaben sind verschieden.',

  'realm.subjects': 'Benutzer',
  'realm.policy': 'Regeln',
  'realm.bulk': 'Viele auf einmal',
  'realm.token': 'Tokens für die Anwendung: Seite Tokens, Umfang {scope}.',
  'realm.issuerLabel': 'Name in Authentifizierungs-Apps',
  'realm.contact': 'Kontakt',
  'realm.algorithm': 'Verfahren',
  'realm.digits': 'Ziffern',
  'realm.period': 'Periode in Sekunden',
  'realm.windowBack': 'Schritte zu spät erlaubt',
  'realm.windowForward': 'Schritte zu früh erlaubt',
  'realm.replay': 'Ein verwendeter Code',
  'realm.replay.rising': 'ist verbraucht, und alle früheren auch',
  'realm.replay.once': 'ist verbraucht; ein unbenutzter früherer gilt noch',
  'realm.replay.reuse': 'gilt wieder (für Maschinen, die oft fragen)',
  'realm.readback': 'Das Geheimnis ist wieder lesbar',
  'realm.readback.pending': 'bis zum ersten Code, für wen es angelegt hat',
  'realm.readback.enrollers': 'jederzeit, für wen einrichten darf',
  'realm.lockout': 'Eigene Grenzen gegen Raten statt der allgemeinen',
  'realm.enabled': 'Codes werden beurteilt',
  'realm.saved': 'Die Regeln wurden gespeichert.',
  'realm.deleteDo': 'Bereich löschen',
  'realm.deleteAsk': '„{name}“ löschen?',
  'realm.deleteWhy':
    'Seine Benutzer und ihre Geheimnisse gehen mit; keiner ihrer Codes stimmt danach noch. Das lässt sich nicht rückgängig machen.',
  'realm.deleted': 'Der Bereich „{name}“ wurde gelöscht.',

  'guess.title': 'Was Raten bringt',
  'guess.accepted': { one: '{count} Code', other: '{count} Codes' },
  'guess.atAnyMoment': 'Stimmen jederzeit',
  'guess.perDay': 'Chance an einem Tag',
  'guess.untilCap': 'Chance, bis der Benutzer gesperrt ist',
  'guess.one': 'etwa 1 zu {count}',
  'guess.none': 'so gut wie keine',
  'guess.phishing':
    'Codes lassen sich abphishen: Wer jemanden dazu bringt, einen anderswo zu tippen, kann ihn hier verwenden. Passkeys nicht.',
  'guess.wide': 'Dieses Fenster ist weit: Erwägen Sie weniger erlaubte Schritte.',

  'lockout.unknownPerStep': 'Falsche Codes unbekannter Herkunft in einem Schritt',
  'lockout.unknownBeforeWaits': 'Falsche Codes, bevor Wartezeiten wachsen',
  'lockout.cap': 'Falsche Codes, bis nur Freigeben hilft',
  'lockout.knownPerWindow': 'Falsche Codes bekannter Herkunft',
  'lockout.knownWindow': '… in so vielen Minuten',

  'subjects.filter': 'Benutzer filtern',
  'subjects.add': 'Benutzer hinzufügen',
  'subjects.emptyTitle': 'Noch keine Benutzer',
  'subjects.empty': 'Fügen Sie hier einen hinzu, oder lassen Sie es die Anwendung über die API tun.',
  'subjects.name': 'Name',
  'subjects.email': 'Mailadresse',
  'subject.state.none': 'Nicht eingerichtet',
  'subject.state.pending': 'Wartet auf den ersten Code',
  'subject.state.active': 'Eingerichtet',
  'subject.locked': 'Gesperrt',
  'subject.capped': 'Nach zu vielen falschen Codes gesperrt',
  'subject.disabled': 'Abgeschaltet',
  'subject.lastVerified': 'Letzter richtiger Code',
  'subject.failures': 'Falsche Codes seit der letzten Freigabe',
  'subject.waitUntil': 'Wartet bis',
  'subject.disable': 'Abschalten',
  'subject.enable': 'Einschalten',
  'subject.lift': 'Sperre aufheben',
  'subject.lifted': 'Die Sperre von {name} wurde aufgehoben.',
  'subject.deleteAsk': '„{name}“ löschen?',
  'subject.deleteWhy': 'Das Geheimnis geht mit. Das lässt sich nicht rückgängig machen.',

  'enrol.title': 'Einrichtung',
  'enrol.lead': 'Ein neues Geheimnis wartet neben dem alten auf seinen ersten Code; erst dann endet das alte.',
  'enrol.start': 'Mit QR-Code einrichten',
  'enrol.again': 'Neu einrichten',
  'enrol.link': 'Einmal-Link erzeugen',
  'enrol.linkHint': 'Senden Sie ihn an {name}. Er öffnet sich einmal, bis {when}.',
  'enrol.cancel': 'Dieses Geheimnis verwerfen',
  'enrol.until': 'Es wartet bis {when}.',
  'enrol.code': 'Erster Code der App',
  'enrol.confirm': 'Bestätigen',
  'enrol.confirmed': 'Eingerichtet: Ab jetzt gelten die Codes von {name}.',
  'enrol.offset': {
    one: 'Die Uhr dieser App geht um {count} Schritt falsch. Lassen Sie sie automatisch stellen.',
    other: 'Die Uhr dieser App geht um {count} Schritte falsch. Lassen Sie sie automatisch stellen.',
  },
  'enrol.serverTime': 'Zeit des Servers: {time}',
  'enrol.refused.wrong':
    'Dieser Code stimmt nicht. Warten Sie auf den nächsten und vergleichen Sie die Uhr mit der Zeit des Servers oben.',
  'enrol.refused.expired': 'Das Geheimnis hat zu lange gewartet. Richten Sie neu ein.',
  'enrol.refused.replayed': 'Dieser Code wurde schon verwendet. Warten Sie auf den nächsten.',
  'enrol.refused.locked': 'Zu viele falsche Codes. Warten Sie, oder heben Sie die Sperre auf.',

  'resync.title': 'Die Uhr der App geht falsch',
  'resync.lead': 'Zwei Codes hintereinander zeigen, wo ihre Uhr steht.',
  'resync.first': 'Erster Code',
  'resync.second': 'Der Code danach',
  'resync.do': 'Uhr finden',
  'resync.done': 'Gefunden. Die Codes dieser App gelten wieder.',
  'resync.refused': 'Diese beiden folgen nicht aufeinander. Nehmen Sie zwei Codes hintereinander.',

  'bulk.lead':
    'Eine Zeile je Benutzer. CSV beginnt mit einer Zeile der Spaltennamen: name, email, enabled; name genügt. Die Geheimnisse warten 7 Tage auf ihren ersten Code.',
  'bulk.format': 'Format',
  'bulk.format.csv': 'CSV mit einer Zeile der Spaltennamen',
  'bulk.format.oath-csv': 'OATH-CSV von Hardware-Tokens',
  'bulk.format.pskc': 'PSKC',
  'bulk.choose': 'Datei wählen',
  'bulk.paste': 'oder den Text einfügen',
  'bulk.password': 'Passwort oder Schlüssel der Datei',
  'bulk.dryRun': 'Nur prüfen, niemanden einrichten',
  'bulk.start': 'Starten',
  'bulk.progress': '{done} von {total}',
  'bulk.summary': '{created} angelegt, {duplicates} schon da, {refused} abgelehnt',
  'bulk.state.running': 'Läuft',
  'bulk.state.done': 'Fertig',
  'bulk.state.failed': 'Gescheitert',
  'bulk.state.cancelled': 'Abgebrochen',
  'bulk.line': 'Zeile',
  'bulk.result': 'Ergebnis',
  'bulk.result.created': 'angelegt',
  'bulk.result.duplicate': 'schon da',
  'bulk.result.refused': 'abgelehnt',
  'bulk.earlier': 'Frühere Läufe',
  'bulk.exceptions': 'Gezeigt werden nur Zeilen, die nicht einfach angelegt wurden: {count}.',
  'bulk.first': 'Die ersten {count} Zeilen.',
  'bulk.show': 'Zeilen zeigen',

  'enrolPage.noTokenWhy':
    'Öffnen Sie den ganzen Link noch einmal, mit allem hinter dem Zeichen #. Wurde sein Geheimnis schon gezeigt, bitten Sie um einen neuen Link.',
  'enrolPage.title': 'Ihren Code einrichten',
  'enrolPage.lead': 'Für {name} bei {issuer}.',
  'enrolPage.openWhy':
    'Dieser Link zeigt Ihr Geheimnis einmal. Öffnen Sie ihn, wenn Ihre Authentifizierungs-App zur Hand ist.',
  'enrolPage.open': 'QR-Code zeigen',
  'enrolPage.done': 'Fertig. Ab jetzt fragt {issuer} nach den Codes dieser App.',
  'enrolPage.close': 'Sie können diese Seite schließen.',
  'enrol.showAgain': 'QR-Code noch einmal zeigen',
} as const satisfies Record<Part, Entry>

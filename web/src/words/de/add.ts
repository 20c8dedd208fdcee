import type { Entry, WordKey } from '../en/index.ts'

type Part = Extract<WordKey, `${'add' | 'image' | 'found'}.${string}`>

export const add = {
  'add.title': 'Konto hinzufügen',
  'add.lead': 'Das Geheimnis geht hinein und kommt nie wieder heraus, für niemanden.',
  'add.byText': 'Link oder Geheimnis',
  'add.byImage': 'QR-Code',
  'add.byFile': 'Datei einer anderen App',

  'add.input': 'otpauth-Link oder das Geheimnis, das der Dienst zeigt',
  'add.inputHint': 'Leerzeichen, Striche und kleine Buchstaben stören nicht.',
  'add.compare': 'Mit der anderen App vergleichen',
  'add.compareHint': 'Zeigen beide jetzt denselben Code, stimmt das Geheimnis.',
  'add.compareNot':
    'Diese Verbindung ist kein HTTPS, also kann der Browser den Code nicht berechnen. Verglichen wird nach dem Hinzufügen.',
  'add.migration': 'Das ist eine Übertragung von Google Authenticator: Sie kann mehrere Konten enthalten.',
  'add.type': 'Art',
  'add.type.totp': 'Nach Zeit (TOTP)',
  'add.type.hotp': 'Gezählt (HOTP)',
  'add.type.steam': 'Steam',
  'add.algorithm': 'Verfahren',
  'add.digits': 'Ziffern',
  'add.period': 'Periode in Sekunden',
  'add.counter': 'Nächster Zähler',
  'add.submit': 'Konto hinzufügen',
  'add.added': 'Schlüssel {name}({id}) hinzugefügt',
  'add.addedPlain': '{name} hinzugefügt',
  'add.duplicateDo': 'Trotzdem hinzufügen',
  'add.share': 'Teilen mit',
  'add.shareHint': 'Sie dürfen Codes sehen. Auf der Seite des Kontos lässt sich das später ändern.',
  'add.custody':
    'Sie haben das Geheimnis jetzt in der Hand und stehen deshalb unter „Wer das Geheimnis kennen könnte“. Wenn Sie gehen, kommt das Konto auf die Liste zu erneuernder Geheimnisse.',
  'add.needLabel': 'Geben Sie dem Konto einen Namen.',
  'add.notAllowed': 'Sie dürfen keine Konten hinzufügen',
  'add.notAllowedWhy': 'Die Verwaltung darf es, und Gruppen, denen sie das Recht gibt. Fragen Sie dort.',

  'image.drop': 'Bild mit dem QR-Code hier ablegen',
  'image.dropFile': 'Datei der anderen App hier ablegen',
  'image.paste': 'oder einfügen, irgendwo auf dieser Seite',
  'image.choose': 'Datei wählen',
  'image.camera': 'Kamera verwenden',
  'image.cameraStop': 'Kamera anhalten',
  'image.cameraLooking': 'Halten Sie den QR-Code vor die Kamera.',
  'image.cameraView': 'Was die Kamera sieht',
  'image.cameraRefused':
    'Der Browser durfte die Kamera nicht verwenden. Erlauben Sie es neben der Adresse, oder wählen Sie ein Bild.',
  'image.cameraNone': 'Es wurde keine Kamera gefunden. Wählen Sie ein Bild.',
  'image.cameraInsecure': 'Browser geben die Kamera nur HTTPS-Seiten. Wählen Sie ein Bild.',
  'image.cameraBroken': 'Die Kamera startet nicht; vielleicht benutzt sie ein anderes Programm. Wählen Sie ein Bild.',
  'image.noCode':
    'In diesem Bild ist kein QR-Code eines Kontos. Schneiden Sie es auf den Code zu, oder nehmen Sie ein schärferes.',
  'image.tooLarge': 'Die Datei ist größer als {max} MB.',
  'image.unreadable':
    'Der Browser kann das nicht lesen. Wählen Sie eine Datei, keinen Ordner, und wählen Sie sie neu, wenn sie geändert wurde.',
  'image.password': 'Passwort der Datei',
  'image.passwordHint': 'Es dient einmal zum Öffnen der Datei und wird nicht aufbewahrt.',
  'image.open': 'Öffnen',
  'image.fileHint':
    'Aegis, 2FAS, Bitwarden, 1Password, KeePass, Google Authenticator und andere. Gespeichert wird nichts, bevor Sie wählen.',

  'found.title': { one: '{count} Code gefunden', other: '{count} Codes gefunden' },
  'found.lead': 'Wählen Sie, was hinzukommen soll.',
  'found.result.new': 'Neu',
  'found.result.duplicate': 'Schon da',
  'found.result.changed': 'Geändert',
  'found.result.refused': 'Geht nicht',
  'found.already': 'dasselbe Geheimnis wie „{name}“',
  'found.firstCode': 'Code jetzt',
  'found.skipped': 'Ausgelassen: {what} ({count})',
  'found.add': { one: '{count} Konto hinzufügen', other: '{count} Konten hinzufügen' },
  'found.addedTitle': { one: '{count} Konto hinzugefügt', other: '{count} Konten hinzugefügt' },
  'found.again': 'Noch etwas lesen',
  'found.select': '{name} hinzufügen',
} as const satisfies Record<Part, Entry>

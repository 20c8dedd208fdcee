import type { WordKey } from '../en/index.ts'

type Part = Extract<WordKey, `${'login' | 'ended' | 'setup' | 'recovery' | 'reproof'}.${string}`>

export const door = {
  'login.title': 'Anmelden',
  'login.username': 'Benutzername',
  'login.passphrase': 'Passphrase',
  'login.code': 'Code',
  'login.codeHint': 'Die Ziffern, die Ihre Authentifizierungs-App gerade zeigt',
  'login.recovery': 'Wiederherstellungscode',
  'login.recoveryHint': 'Einer der Codes, die Sie gedruckt oder gespeichert haben; er gilt einmal',
  'login.useRecovery': 'Wiederherstellungscode verwenden',
  'login.useCode': 'Code verwenden',
  'login.usePasskey': 'Passkey verwenden',
  'login.submit': 'Anmelden',
  'login.oidc': 'Weiter mit Single Sign-on',
  'login.or': 'oder',
  'login.none': 'Wer diesen Server betreibt, kann einen neuen Einrichtungslink ausgeben.',
  'login.passkeyFailed':
    'Der Passkey wurde nicht angenommen, oder der Browser hat aufgehört zu warten. Noch einmal versuchen oder einen Code verwenden.',

  'ended.title': 'Ihre Sitzung ist zu Ende',
  'ended.lead': 'Was Sie getippt haben, ist noch da. Melden Sie sich wieder an, um weiterzumachen.',
  'ended.oidc': 'Melden Sie sich in einem neuen Tab mit Single Sign-on an und kommen Sie dann hierher zurück.',
  'ended.back': 'Ich bin angemeldet',
  'ended.notYet': 'In diesem Browser ist noch niemand angemeldet.',

  'setup.needTitle': 'Fast fertig',
  'setup.need':
    'Dieser Server hat noch keine Verwaltung. Öffnen Sie den Einrichtungslink, den sein Log beim Start ausgegeben hat; er gilt einmal.',
  'setup.title': 'Watchword einrichten',
  'setup.invited': 'Ihre Anmeldung einrichten',
  'setup.lead': 'Drei Schritte: eine Passphrase, ein Code und Wiederherstellungscodes für den Tag ohne Telefon.',
  'setup.step1': 'Passphrase',
  'setup.step2': 'Code',
  'setup.step3': 'Wiederherstellungscodes',
  'setup.noToken': 'Öffnen Sie Ihren Link noch einmal',
  'setup.noTokenWhy':
    'Diese Seite behält den geheimen Teil eines Links nicht. Öffnen Sie den ganzen Link noch einmal, mit allem hinter dem Zeichen #: Er gilt, bis sein letzter Schritt getan ist.',
  'setup.dead': 'Dieser Link öffnet nichts mehr',
  'setup.username': 'Benutzername',
  'setup.passphrase': 'Passphrase',
  'setup.passphraseHint': 'Lang ist besser als verschnörkelt: vier oder fünf Wörter, die niemand erraten würde.',
  'setup.repeat': 'Passphrase wiederholen',
  'setup.differ': 'Die beiden Passphrasen sind verschieden.',
  'setup.short': 'Mindestens {count} Zeichen.',
  'setup.begin': 'Weiter',
  'setup.scan': 'Scannen Sie das mit einer Authentifizierungs-App, oder tippen Sie das Geheimnis ein.',
  'setup.qr': 'QR-Code für Ihre Authentifizierungs-App',
  'setup.openApp': 'In einer App auf diesem Gerät öffnen',
  'setup.secret': 'Geheimnis',
  'setup.code': 'Der Code, den sie jetzt zeigt',
  'setup.finish': 'Code prüfen',
  'setup.keep':
    'Bewahren Sie diese Codes sicher auf, nicht auf dem Telefon. Jeder meldet Sie einmal an, ohne Code der App.',
  'setup.saved': 'Ich habe die Wiederherstellungscodes aufbewahrt',
  'setup.open': 'Watchword öffnen',
  'setup.passkeyOffer': 'Auch einen Passkey hinzufügen',
  'setup.passkeyWhy': 'Ein Passkey lässt sich nicht abphishen, Codes schon. Er kann den Code beim Anmelden ersetzen.',
  'setup.passkeyAdded': 'Der Passkey wurde hinzugefügt.',

  'recovery.fileHead': 'Watchword-Wiederherstellungscodes von {name} auf {host}',
  'recovery.save': 'Als Datei speichern',

  'reproof.title': 'Zeigen Sie, dass Sie es sind',
  'reproof.lead': 'Dafür wird Ihre Anmeldung noch einmal geprüft.',
  'reproof.submit': 'Weiter',
  'reproof.provider': 'Beim Anbieter bestätigen',
  'reproof.providerOnly':
    'Dieses Konto zeigt sich nur nach einer Anmeldung beim Anbieter, und Sie melden sich hier mit einer Passphrase an. Fragen Sie, wer das Konto verwaltet.',
  'reproof.passkey': 'Mit einem Passkey bestätigen',
} as const satisfies Record<Part, string>

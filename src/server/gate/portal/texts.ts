import { type Language, preferredLanguage } from '../../http/language.ts'

/** Every text of the portal; a second language is a second object of this shape. */
const english = {
  logIn: 'Log in',
  username: 'User name',
  passphrase: 'Passphrase',
  code: 'Code',
  codeHint: 'From your authenticator',
  greeting: 'Log in to go on.',
  noCode: 'No authenticator at hand?',
  recovery: 'Recovery code',
  remember: 'Stay logged in on this device',
  passkey: 'Use a passkey',
  passkeyRefused: 'That did not work. Check user name and passphrase, and use a passkey of this account.',
  signOn: 'Log in with your organisation',
  signOnAway: 'The login of your organisation cannot be reached. Try again in a moment.',
  again: 'Please log in again: this part asks for a fresh proof.',
  refused: 'That did not work. Check user name, passphrase and code; wait for the next code if you used this one.',
  failed: 'Something went wrong on our side, and nothing was checked. Try again in a moment.',
  slowDown: 'Slow down. Hold your horses: wait {seconds} seconds, then try again.',
  expired: 'This form was open too long. Please try again.',
  loggedOut: 'You are logged out.',
  logOut: 'Log out',
  logOutAsk: 'Do you want to log out?',
  backToLogin: 'Back to the login',
  sessions: 'Your sessions',
  noSessions: 'There is no other session.',
  endSession: 'End',
  endSessionOf: 'End {device}, last seen {lastSeen}',
  endAll: 'End all others',
  thisSession: 'This one',
  lastSeen: 'last seen',
  loggedIn: 'You are logged in as {name}.',
  goOn: 'Go on',
  forbidden: 'You are logged in, but may not open this.',
  administratorsOnly: 'Only administrators add people. Log in as one, with both factors.',
  newPerson: 'Add a person',
  newPersonIntro: 'They can log in at once. Their secret is shown on the next page, once.',
  newUsername: 'User name of the new person',
  newPassphrase: 'Their passphrase, ten characters or more',
  ownCode: 'Your own code',
  ownCodeRefused: 'Your own code was not accepted, and nobody was added. Wait for the next code if you used this one.',
  addPerson: 'Add',
  addAnother: 'Add another',
  personTaken: 'There is a person of this name already. Choose another name.',
  nameInvalid: 'A name has 1 to 128 characters, no spaces at its ends, no slashes and no control characters.',
  passphraseWeak:
    'Choose a passphrase of ten characters or more that is not the name and not one everybody tries first.',
  passphrasesBusy: 'Many people are logging in right now. Try again in a moment.',
  noPage: 'There is no such page',
  noPageHere: 'The login and your sessions are here; nothing else is.',
  personAdded: '{name} can log in now. Scan this with their authenticator; it is not shown again.',
  qrLabel: 'QR code of the new secret',
  loopTitle: 'The login does not stick',
  loopIntro: 'You logged in a moment ago, and your browser came back without the cookie that proves it. Most likely:',
  loopPlain:
    'This site is reached over plain HTTP, and the cookie travels over HTTPS only. Use HTTPS, or set WATCHWORD_GATE_COOKIE_SECURE=false for a trial.',
  loopDomain:
    'The cookie is made for {domain}, which does not cover {host}. Set WATCHWORD_GATE_COOKIE_AREA to a domain both share.',
  loopSuffix: '{host} lies directly below a public suffix, where browsers share no cookies. Use currentdomain.',
  loopProxy:
    'The proxy does not pass the cookie on to the check, or asks another Watchword. The command “watchword gate doctor” tells which.',
} as const

/** The texts of one language. */
export type Texts = Record<keyof typeof english, string>

const german: Texts = {
  logIn: 'Anmelden',
  username: 'Benutzername',
  passphrase: 'Passphrase',
  code: 'Code',
  codeHint: 'Aus der Authenticator-App',
  greeting: 'Melden Sie sich an, um fortzufahren.',
  noCode: 'Authenticator nicht zur Hand?',
  recovery: 'Wiederherstellungscode',
  remember: 'Auf diesem Gerät angemeldet bleiben',
  passkey: 'Passkey verwenden',
  passkeyRefused:
    'Das hat nicht geklappt. Prüfen Sie Benutzername und Passphrase, und verwenden Sie einen Passkey dieses Kontos.',
  signOn: 'Über die Organisation anmelden',
  signOnAway: 'Die Anmeldung der Organisation ist nicht erreichbar. Versuchen Sie es gleich noch einmal.',
  again: 'Bitte noch einmal anmelden: Dieser Bereich verlangt einen frischen Nachweis.',
  refused:
    'Das hat nicht geklappt. Prüfen Sie Benutzername, Passphrase und Code; wurde dieser Code schon benutzt, warten Sie auf den nächsten.',
  failed: 'Auf unserer Seite ist etwas schiefgegangen, geprüft wurde nichts. Versuchen Sie es gleich noch einmal.',
  slowDown: 'Immer langsam: Warten Sie {seconds} Sekunden und versuchen Sie es dann erneut.',
  expired: 'Dieses Formular war zu lange offen. Bitte versuchen Sie es noch einmal.',
  loggedOut: 'Sie sind abgemeldet.',
  logOut: 'Abmelden',
  logOutAsk: 'Möchten Sie sich abmelden?',
  backToLogin: 'Zurück zur Anmeldung',
  sessions: 'Ihre Sitzungen',
  noSessions: 'Es gibt keine andere Sitzung.',
  endSession: 'Beenden',
  endSessionOf: '{device} beenden, zuletzt gesehen {lastSeen}',
  endAll: 'Alle anderen beenden',
  thisSession: 'Diese hier',
  lastSeen: 'zuletzt gesehen',
  loggedIn: 'Sie sind angemeldet als {name}.',
  goOn: 'Weiter',
  forbidden: 'Sie sind angemeldet, dürfen dies aber nicht öffnen.',
  administratorsOnly: 'Nur die Administration fügt Personen hinzu. Melden Sie sich mit beiden Faktoren an.',
  newPerson: 'Person hinzufügen',
  newPersonIntro: 'Sie kann sich sofort anmelden. Ihr Geheimnis zeigt die nächste Seite, ein einziges Mal.',
  newUsername: 'Benutzername der neuen Person',
  newPassphrase: 'Passphrase der neuen Person, mindestens zehn Zeichen',
  ownCode: 'Ihr eigener Code',
  ownCodeRefused:
    'Ihr eigener Code wurde nicht angenommen, hinzugefügt wurde niemand. Wurde dieser Code schon benutzt, warten Sie auf den nächsten.',
  addPerson: 'Hinzufügen',
  addAnother: 'Noch eine hinzufügen',
  personTaken: 'Eine Person dieses Namens gibt es schon. Wählen Sie einen anderen Namen.',
  nameInvalid:
    'Ein Name hat 1 bis 128 Zeichen, keine Leerzeichen am Rand, keine Schrägstriche und keine Steuerzeichen.',
  passphraseWeak:
    'Wählen Sie eine Passphrase von mindestens zehn Zeichen, die nicht der Name ist und nicht als Erstes geraten wird.',
  passphrasesBusy: 'Gerade melden sich viele an. Versuchen Sie es gleich noch einmal.',
  noPage: 'Diese Seite gibt es nicht',
  noPageHere: 'Hier sind die Anmeldung und Ihre Sitzungen, sonst nichts.',
  personAdded:
    '{name} kann sich jetzt anmelden. Scannen Sie dies mit der Authenticator-App; es wird nicht noch einmal gezeigt.',
  qrLabel: 'QR-Code des neuen Geheimnisses',
  loopTitle: 'Die Anmeldung bleibt nicht bestehen',
  loopIntro:
    'Sie haben sich eben angemeldet, und Ihr Browser kam ohne das Cookie zurück, das es belegt. Am wahrscheinlichsten:',
  loopPlain:
    'Diese Seite wird über einfaches HTTP aufgerufen, das Cookie reist aber nur über HTTPS. Verwenden Sie HTTPS, oder zum Ausprobieren WATCHWORD_GATE_COOKIE_SECURE=false.',
  loopDomain:
    'Das Cookie gilt für {domain}, und das umfasst {host} nicht. Setzen Sie WATCHWORD_GATE_COOKIE_AREA auf eine gemeinsame Domain.',
  loopSuffix:
    '{host} liegt direkt unter einer öffentlichen Endung, unter der Browser keine Cookies teilen. Verwenden Sie currentdomain.',
  loopProxy:
    'Der Proxy reicht das Cookie nicht an die Prüfung weiter oder fragt ein anderes Watchword. Der Befehl „watchword gate doctor“ sagt, was davon.',
}

/** The texts a visitor reads, by what their browser asks for. */
export function textsFor(acceptLanguage: string | undefined): {
  readonly language: Language
  readonly texts: Texts
} {
  const language = preferredLanguage(acceptLanguage)
  return { language, texts: language === 'de' ? german : english }
}

/** A text with its `{names}` filled. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** Every text of the portal; a second language is a second object of this shape. */
const english = {
  logIn: 'Log in',
  username: 'User name',
  passphrase: 'Passphrase',
  code: 'Code',
  codeHint: 'From your authenticator, or a recovery code',
  remember: 'Stay logged in on this device',
  passkey: 'Use a passkey',
  signOn: 'Log in with your organisation',
  again: 'Please log in again: this part asks for a fresh proof.',
  refused: 'That did not work. Check user name, passphrase and code; wait for the next code if you used this one.',
  slowDown: 'Slow down. Hold your horses: wait {seconds} seconds, then try again.',
  expired: 'This form was open too long. Please try again.',
  loggedOut: 'You are logged out.',
  logOut: 'Log out',
  logOutAsk: 'Do you want to log out?',
  backToLogin: 'Back to the login',
  sessions: 'Your sessions',
  noSessions: 'There is no other session.',
  endSession: 'End',
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
  addPerson: 'Add',
  addAnother: 'Add another',
  personAdded: '{name} can log in now. Scan this with their authenticator; it is not shown again.',
  qrLabel: 'QR code of the new secret',
  loopTitle: 'The login does not stick',
  loopIntro: 'You logged in a moment ago, and your browser came back without the cookie that proves it. Most likely:',
  loopPlain:
    'this site is reached over plain HTTP, and the cookie travels over HTTPS only. Use HTTPS, or set WATCHWORD_GATE_COOKIE_SECURE=false for a trial.',
  loopDomain:
    'the cookie is made for {domain}, which does not cover {host}. Set WATCHWORD_GATE_COOKIE_AREA to a domain both share.',
  loopSuffix: '{host} lies directly below a public suffix, where browsers share no cookies. Use currentdomain.',
  loopProxy:
    'the proxy does not pass the cookie on to the check, or asks another Watchword. `watchword gate doctor` tells which.',
} as const

/** The texts of one language. */
export type Texts = Record<keyof typeof english, string>

const german: Texts = {
  logIn: 'Anmelden',
  username: 'Benutzername',
  passphrase: 'Passphrase',
  code: 'Code',
  codeHint: 'Aus der Authenticator-App, oder ein Wiederherstellungscode',
  remember: 'Auf diesem Gerät angemeldet bleiben',
  passkey: 'Passkey verwenden',
  signOn: 'Über die Organisation anmelden',
  again: 'Bitte noch einmal anmelden: Dieser Bereich verlangt einen frischen Nachweis.',
  refused:
    'Das hat nicht geklappt. Prüfen Sie Benutzername, Passphrase und Code; wurde dieser Code schon benutzt, warten Sie auf den nächsten.',
  slowDown: 'Immer langsam: Warten Sie {seconds} Sekunden und versuchen Sie es dann erneut.',
  expired: 'Dieses Formular war zu lange offen. Bitte versuchen Sie es noch einmal.',
  loggedOut: 'Sie sind abgemeldet.',
  logOut: 'Abmelden',
  logOutAsk: 'Möchten Sie sich abmelden?',
  backToLogin: 'Zurück zur Anmeldung',
  sessions: 'Ihre Sitzungen',
  noSessions: 'Es gibt keine andere Sitzung.',
  endSession: 'Beenden',
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
  newPassphrase: 'Ihre Passphrase, mindestens zehn Zeichen',
  ownCode: 'Ihr eigener Code',
  addPerson: 'Hinzufügen',
  addAnother: 'Noch eine hinzufügen',
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
    'Der Proxy reicht das Cookie nicht an die Prüfung weiter oder fragt ein anderes Watchword. `watchword gate doctor` sagt, was davon.',
}

/** The language a browser prefers, of those we have. */
export function textsFor(acceptLanguage: string | undefined): {
  readonly language: 'en' | 'de'
  readonly texts: Texts
} {
  const first = (acceptLanguage ?? '')
    .split(',')
    .map((part) => part.trim().slice(0, 2).toLowerCase())
    .find((tag) => tag === 'de' || tag === 'en')
  return first === 'de' ? { language: 'de', texts: german } : { language: 'en', texts: english }
}

/** A text with its `{names}` filled. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
}

/** What the server looked at, by the name of the check and how it came out; English sentences come from the server. */
export const findings = {
  'finding.listen address.ok': 'Die Adresse, an der der Server lauscht, ist in Ordnung.',
  'finding.listen address.warning':
    'HTTP ohne TLS ist über diesen Rechner hinaus erlaubt: Passphrasen und Codes reisen lesbar. Verwenden Sie TLS.',
  'finding.outside address.ok': 'Die Adresse nach außen ist in Ordnung.',
  'finding.outside address.warning':
    'Die Adresse nach außen fehlt oder ist ohne TLS. Setzen Sie WATCHWORD_PUBLIC_URL auf eine https-Adresse.',
  'finding.trusted proxies.ok': 'Die vertrauten Proxys sind in Ordnung.',
  'finding.trusted proxies.warning':
    'Kein Proxy gilt als vertraut: Hinter einem Proxy haben alle Besucher seine Adresse. Setzen Sie WATCHWORD_TRUSTED_PROXIES.',
  'finding.gate cookie.ok': 'Das Cookie des Tors reist nur über HTTPS.',
  'finding.gate cookie.warning':
    'Das Cookie des Tors reist auch ohne TLS: Wer mithört, übernimmt eine Sitzung. Nur zum Ausprobieren.',
  'finding.root key place.ok': 'Der Wurzelschlüssel liegt getrennt von der Datenbank.',
  'finding.root key place.warning':
    'Wurzelschlüssel und Datenbank teilen einen Ordner: Wer ihn kopiert, öffnet jedes Geheimnis. Legen Sie den Schlüssel mit WATCHWORD_ROOT_KEY_FILE anderswohin, und sichern Sie ihn getrennt.',
  'finding.sign-on redirect.ok': 'Die Rückkehr vom Anbieter ist in Ordnung.',
  'finding.sign-on redirect.warning': 'Die Rückkehr vom Anbieter passt nicht zur Adresse, an der Sie gerade sind.',
  'finding.data directory.ok': 'Der Ordner der Daten gehört nur uns.',
  'finding.data directory.warning':
    'Andere auf diesem Rechner können den Ordner der Daten lesen. chmod 700 behebt das.',
  'finding.data directory.error': 'Der Ordner der Daten ist nicht da. watchword init legt ihn an.',
  'finding.clock.ok': 'Die Uhr des Servers ist in Ordnung. Vergleichen Sie sie mit einer, der Sie trauen.',
  'finding.clock.error':
    'Server und Datenbank sind sich über die Zeit nicht einig: Richtige Codes werden abgelehnt. Stellen Sie beide Uhren mit NTP.',
  'finding.database.ok': 'Die Datenbank antwortet.',
  'finding.audit chain.ok': 'Die Kette des Audits ist vollständig.',
  'finding.audit chain.error': 'Die Kette des Audits ist gebrochen. watchword audit verify sagt, wo.',
  'finding.root key.ok': 'Der Wurzelschlüssel ist in Ordnung.',
  'finding.root key.warning': 'Den Wurzelschlüssel sollten Sie ansehen.',
  'finding.root key.error': 'Mit dem Wurzelschlüssel stimmt etwas nicht.',
  'finding.schema.ok': 'Die Tabellen der Datenbank passen zu diesem Programm.',
  'finding.schema.warning': 'Die Tabellen der Datenbank passen nicht ganz zu diesem Programm.',
  'finding.schema.error': 'Die Tabellen der Datenbank passen nicht zu diesem Programm.',
  'finding.sealed secrets.ok': 'Die versiegelten Geheimnisse öffnen sich.',
  'finding.sealed secrets.warning': 'Die versiegelten Geheimnisse sollten Sie ansehen.',
  'finding.sealed secrets.error': 'Nicht alle versiegelten Geheimnisse öffnen sich.',
  'finding.disk space.ok': 'Es ist genug Platz auf der Platte.',
  'finding.disk space.warning': 'Der Platz auf der Platte wird knapp.',
  'finding.disk space.error': 'Die Platte ist fast voll.',
} as const

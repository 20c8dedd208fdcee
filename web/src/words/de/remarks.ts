/** What the server remarks on, by the name of the sentence; English ones come from the server itself. */
export const remarks = {
  'remark.secret_short': 'Das Geheimnis ist kürzer als 128 Bit.',
  'remark.counter_missing': 'Der Zähler fehlte: Gezählt wird ab 0.',
  'remark.uri_parameter_twice': 'Der Parameter {name} steht zweimal da: Der erste zählt.',
  'remark.uri_ampersand_missing': 'Zwischen zwei Parametern fehlte ein &; es wurde ergänzt.',
  'remark.uri_issuer_differs':
    'Im Namen steht „{prefix}“, im Parameter „{issuer}“: Der Parameter ist der Dienst, das andere wird ein Schlagwort.',
  'remark.secret_stored_as': 'Dasselbe Geheimnis ist als „{label}“ gespeichert.',
  'remark.secret_stored_elsewhere': 'Dasselbe Geheimnis ist in einem Konto gespeichert, das Sie nicht sehen dürfen.',
  'remark.aws_device_left': 'Das alte Gerät {device} ist noch da. Entfernen Sie es in der IAM-Konsole. ({reason})',

  'remark.import_policy_from': 'Nach seinen Regeln gilt es ab {date}.',
  'remark.import_policy_until': 'Nach seinen Regeln gilt es bis {date}.',
  'remark.import_policy_pin': 'Seine Regeln für die PIN werden nicht übernommen.',
  'remark.import_clock_drift': 'Die Datei nennt eine Abweichung seiner Uhr; sie wird nicht übernommen.',
  'remark.import_read_as_base32': 'Das Geheimnis wird als Base32 gelesen, denn hexadezimal ist es nicht.',
  'remark.import_algorithm_guessed':
    '{algorithm} ist aus der Länge des Geheimnisses geraten: Vergleichen Sie einen Code, bevor Sie sich darauf verlassen.',
  'remark.import_signature_unchecked': 'Die Signatur der Datei wurde nicht geprüft.',
  'remark.import_values_unchecked': 'Die Datei sichert ihre Werte nicht: Vergleichen Sie von jedem Konto einen Code.',
  'remark.import_column_missing':
    'Die Tabelle hat keine Spalte mit Einmalpasswörtern: Das Programm, das sie schrieb, ließ sie weg.',
  'remark.import_serial_twice': 'Die Seriennummer {serial} steht mehrmals da: Alle werden behalten.',
  'remark.import_transfer_incomplete':
    'Von der Übertragung {batch} sind {present} von {size} QR-Codes da; es fehlen: {missing}. Lesen Sie auch die übrigen ein.',
  'remark.import_period_unknown':
    'Google Authenticator exportiert keine Perioden: Bei allen Konten gelten 30 Sekunden.',
  'remark.import_counter_shown':
    'cotp speichert den Zähler, den es zuletzt zeigte; er ist vielleicht schon verbraucht. Der nächste Code wird dann einmal abgelehnt.',
  'remark.import_note_left': 'Die Notiz von {letters} Zeichen ist zu lang und wurde weggelassen.',
  'remark.import_archived': 'Dort liegt es im Archiv.',
  'remark.import_pictures_left': 'Bilder von Konten werden nicht übernommen.',
  'remark.import_favourites_left': 'Welche Konten dort Favoriten sind, wird nicht übernommen.',

  'remark.sign_on_unreachable': 'Der Anbieter unter {issuer} gab keine Auskunft über sich: {reason}.',
  'remark.sign_on_no_authorization': 'Der Anbieter nennt keine Adresse für die Anmeldung (authorization endpoint).',
  'remark.sign_on_no_tokens': 'Der Anbieter nennt keine Adresse für Tokens (token endpoint).',
  'remark.sign_on_no_key_address': 'Der Anbieter nennt keine Schlüssel (jwks_uri).',
  'remark.sign_on_no_code_flow': 'Der Anbieter kann den Ablauf mit Code (code flow) nicht.',
  'remark.sign_on_scope_unknown': 'Der Anbieter kennt den Scope {scope} nicht.',
  'remark.sign_on_no_keys': 'Der Anbieter veröffentlicht keine Schlüssel.',
  'remark.sign_on_keys_unreachable': 'Die Schlüssel des Anbieters waren nicht zu holen: {reason}.',
  'remark.sign_on_client_unknown': 'Der Anbieter nimmt diese Client-ID mit diesem Client-Secret nicht an.',
  'remark.sign_on_client_not_allowed': 'Der Anbieter lässt diesen Client nicht mit Code (code flow) anmelden.',
  'remark.sign_on_tokens_odd': 'Der Endpunkt für Tokens antwortete anders als erwartet: {reason}.',
  'remark.redirect_not_https':
    'Die Rückkehradresse {address} ist nicht https. Setzen Sie WATCHWORD_PUBLIC_URL auf die Adresse, die alle benutzen.',
  'remark.redirect_elsewhere':
    'Die Rückkehradresse {address} liegt nicht auf {host}, wo Sie gerade sind: Eine Anmeldung, die dort beginnt, endet anderswo und wird abgelehnt. Benutzen Sie einen einzigen Namen, und setzen Sie WATCHWORD_PUBLIC_URL darauf.',
  'remark.redirect_follows':
    'Die Rückkehradresse richtet sich nach jeder Anfrage, hier {address}. Setzen Sie WATCHWORD_PUBLIC_URL auf die Adresse, die alle benutzen, und tragen Sie diese beim Anbieter ein.',
  'remark.redirect_unused': 'Single Sign-on ist nicht eingerichtet. Die Rückkehradresse wäre {address}.',
  'remark.redirect_fits': 'Tragen Sie beim Anbieter {address} ein.',

  'remark.listens': 'Lauscht auf {address}.',
  'remark.listens_in_clear':
    'HTTP ohne TLS ist über diesen Rechner hinaus erlaubt: Passphrasen und Codes reisen lesbar. Verwenden Sie TLS.',
  'remark.listens_behind_proxy':
    'Lauscht auf {host} ohne eigenes TLS; ein Proxy davor muss es bringen, sonst kann sich niemand anmelden.',
  'remark.public_url_missing':
    'WATCHWORD_PUBLIC_URL ist nicht gesetzt: Links und Weiterleitungen richten sich nach jeder Anfrage. Setzen Sie es, sobald sich Leute durch einen Proxy anmelden.',
  'remark.public_url_in_clear': '{address} ist HTTP ohne TLS. Nehmen Sie https.',
  'remark.public_url_fits': 'Links und Weiterleitungen verwenden {address}.',
  'remark.proxies_trusted': 'Weitergereichte Header zählen von {addresses}.',
  'remark.proxies_none':
    'WATCHWORD_TRUSTED_PROXIES ist leer: Weitergereichte Header zählen nicht, und hinter einem Proxy haben alle Besucher dessen Adresse.',
  'remark.gate_cookie_safe': 'Das Cookie des Tors reist nur über HTTPS.',
  'remark.gate_cookie_in_clear':
    'WATCHWORD_GATE_COOKIE_SECURE=false: Wer mithört, übernimmt eine Sitzung am Tor. Nur zum Ausprobieren.',
  'remark.root_key_outside': 'Der Wurzelschlüssel kommt von außerhalb des Datenordners.',
  'remark.root_key_apart': 'Der Wurzelschlüssel liegt in {path}, getrennt von der Datenbank.',
  'remark.root_key_beside':
    'Wurzelschlüssel und Datenbank teilen {folder}: Wer den Ordner kopiert, öffnet jedes Geheimnis. Legen Sie den Schlüssel mit WATCHWORD_ROOT_KEY_FILE anderswohin, und sichern Sie ihn getrennt.',
  'remark.root_key_opens': 'Der Wurzelschlüssel öffnet diese Datenbank ({key}).',
  'remark.folder_missing': '{folder} ist nicht da. `watchword init` legt den Ordner an.',
  'remark.folder_open': 'Andere auf diesem Rechner können {folder} lesen. chmod 700 behebt das.',
  'remark.folder_ours': '{folder} gehört nur uns.',
  'remark.clock_alone': 'Dieser Server sagt {time}. Vergleichen Sie mit einer Uhr, der Sie trauen.',
  'remark.clock_agrees': 'Server und Datenbank sind sich über die Zeit einig.',
  'remark.clock_apart':
    'Server und Datenbank liegen {seconds} s auseinander: Richtige Codes werden abgelehnt. Stellen Sie beide Uhren mit NTP.',
  'remark.sqlite_answers': 'SQLite antwortet.',
  'remark.postgres_answers': 'PostgreSQL antwortet.',
  'remark.schema_fits': 'Das Schema ist {found}, wie dieses Programm es schreibt.',
  'remark.schema_old':
    'Das Schema ist {found}; dieses Programm kennt {known}. Schreiben Sie eine Sicherung, dann starten Sie den Server: Er aktualisiert die Datenbank. Bis dahin ändern Befehle dieser Version nichts daran.',
  'remark.store_moved_on':
    'Diese Datenbank ist am {day} in eine andere umgezogen und geschlossen. Nennen Sie die neue, und behalten Sie diese nur als Kopie.',
  'remark.audit_whole': 'Die Kette aus {events} Einträgen ist ganz.',
  'remark.audit_broken': 'Die Kette ist gebrochen: `watchword audit verify` sagt, wo. ({problem})',
  'remark.sealed_known': 'Jedes versiegelte Geheimnis nennt einen Schlüssel, der in dieser Datenbank ist.',
  'remark.sealed_unknown':
    '{values} versiegelte Geheimnisse lassen sich nicht öffnen: Ihre Schlüssel ({keys}) sind nicht in dieser Datenbank. Holen Sie sie aus einer Sicherung zurück, oder richten Sie alles neu ein.',
  'remark.space_enough': '{free} MiB sind frei unter {folder}.',
  'remark.space_little':
    '{free} MiB sind frei unter {folder}. Schaffen Sie Platz: Eine volle Platte lehnt jedes Schreiben ab, und das Protokoll wächst.',

  'remark.notice_refused': 'Der Empfänger hat mit {status} geantwortet.',
  'remark.notice_too_late': 'Der Empfänger hat nicht rechtzeitig geantwortet.',
  'remark.notice_unreachable': 'Die Verbindung zum Empfänger ist gescheitert ({code}).',
  'remark.notice_webhook_gone': 'Der Webhook wurde entfernt.',
  'remark.notice_mail_off': 'Es ist kein Mailserver eingerichtet: Setzen Sie WATCHWORD_SMTP_URL.',
  'remark.notice_mail_refused': 'Der Mailserver hat mit {status} geantwortet.',
  'remark.notice_mail_login': 'Der Mailserver hat die Anmeldung aus WATCHWORD_SMTP_URL nicht angenommen.',
  'remark.notice_not_sent': 'Es ließ sich nicht verschicken: {reason}.',

  'remark.bulk_secret_short': 'Das Geheimnis ist kürzer als 128 Bit.',
  'remark.bulk_enabled_unreadable': 'Die Spalte enabled nimmt yes oder no.',
  'remark.bulk_not_timed': 'Bereiche prüfen nur Codes nach der Zeit.',
  'remark.bulk_digits': 'Codes eines Bereichs haben 6 bis 8 Ziffern.',
  'remark.bulk_period': 'Perioden eines Bereichs dauern 15 bis 120 Sekunden.',
  'remark.bulk_name_formula': 'Der Name beginnt wie eine Formel.',
  'remark.bulk_row_unreadable': 'Die Zeile lässt sich nicht lesen.',

  'problem.sealed_unreadable': 'Ein versiegelter Wert lässt sich nicht lesen. ({message})',
  'problem.import_type_unsupported':
    'Konten der Art {type} gehen hier nicht: Ihre Codes brauchen mehr als ein Geheimnis.',
  'problem.import_qr_of_other_kind': 'Dieser QR-Code enthält etwas anderes, kein Einmalpasswort.',
  'problem.import_secret_missing': 'Der Eintrag hat kein Geheimnis.',
  'problem.import_entry_damaged': 'Der Eintrag ist beschädigt.',
  'problem.import_key_missing': 'Der Eintrag enthält keinen Schlüssel.',
  'problem.import_other_epoch': 'Der Eintrag zählt die Zeit nicht ab 1970; das geht hier nicht.',
  'problem.import_codes_not_decimal': 'Die Codes des Eintrags bestehen nicht aus Ziffern.',
  'problem.import_check_digit': 'Die Codes des Eintrags enden mit einer Prüfziffer; das geht hier nicht.',
  'problem.import_counter_left_out': 'privacyIDEA lässt hier den Zähler weg. Exportieren Sie als PSKC.',
  'problem.import_secret_odd': 'Das Geheimnis hat eine ungerade Zahl hexadezimaler Ziffern.',
  'problem.import_secret_not_hexadecimal': 'Das Geheimnis ist nicht hexadezimal.',
  'problem.import_secret_not_base64': 'Das Geheimnis ist kein Base64.',
  'problem.import_entry_too_large':
    'Das Geheimnis, die Namen oder die Notiz dieses Eintrags sind länger, als irgendeine App sie schreibt.',
  'problem.import_secret_unopened': 'Das Passwort öffnet das Geheimnis dieses Eintrags nicht.',
  'problem.import_algorithm_unlikely':
    'Die Länge des Geheimnisses spricht für SHA224 oder SHA384; beide gehen hier nicht.',

  'check.listen address': 'Adresse des Servers',
  'check.outside address': 'Adresse nach außen',
  'check.trusted proxies': 'Vertraute Proxys',
  'check.gate cookie': 'Cookie des Tors',
  'check.root key place': 'Ort des Wurzelschlüssels',
  'check.sign-on redirect': 'Rückkehr vom Anbieter',
  'check.data directory': 'Datenordner',
  'check.clock': 'Uhr',
  'check.database': 'Datenbank',
  'check.disk space': 'Platz auf der Platte',
  'check.schema': 'Schema',
  'check.root key': 'Wurzelschlüssel',
  'check.sealed secrets': 'Versiegelte Geheimnisse',
  'check.audit chain': 'Kette des Protokolls',

  'left-out.simpleotp_empty': 'leere Dateien, deren Geheimnisse simpleotp nie geschrieben hat',
  'left-out.simpleotp_users': 'Benutzer von simpleotps Anmeldeserver',
  'left-out.entries_without': 'Einträge ohne Einmalpasswort',
  'left-out.items_without': 'Einträge ohne Einmalpasswort',
  'left-out.rows_without': 'Zeilen ohne Einmalpasswort',
  'left-out.trashed': 'Einträge im Papierkorb',
  'left-out.other_keys': 'Schlüssel, die keine Einmalpasswörter erzeugen',
  'left-out.work_accounts': 'Arbeitskonten oder verschlüsselte, die neu eingerichtet werden müssen',
  'left-out.duo_itself': 'Konten von Duo selbst, die kein Geheimnis enthalten',
} as const

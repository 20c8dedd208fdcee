/** What the server refuses of accounts and of the files and pictures they come from, by the name of the failure. */
export const problemsOfAccounts = {
  'problem.account_secret_missing': 'Das Konto hat kein Geheimnis. Geben Sie es ein, oder fügen Sie den Link ein.',
  'problem.account_label_missing': 'Das Konto hat keinen Namen. Geben Sie ihm einen.',
  'problem.account_duplicate':
    'Dieses Geheimnis ist schon gespeichert. Suchen Sie es in der Liste, bevor Sie es ein zweites Mal speichern.',
  'problem.account_deleted': 'Dieses Konto wurde gelöscht. Stellen Sie es zuerst wieder her.',
  'problem.account_not_deleted': 'Dieses Konto ist nicht gelöscht.',
  'problem.account_no_previous_secret': 'Es gibt kein früheres Geheimnis, zu dem es zurückginge.',
  'problem.account_rotation_running':
    'Das Gerät dieses Kontos wird gerade schon ersetzt. Versuchen Sie es in zwei Minuten noch einmal.',
  'problem.account_counter_based':
    'Dieses Konto zählt, statt die Uhr zu lesen. Lassen Sie sich die Codes einzeln zeigen.',
  'problem.account_demand_unused':
    'Was die Anmeldung beim Anbieter erfüllen soll, gilt nur zusammen mit dem Nachweis beim Anbieter. Wählen Sie beides oder keines.',
  'problem.reveal_lease_held': 'Jemand anderes hat den Code dieses Augenblicks. Warten Sie auf den nächsten freien.',
  'problem.reveal_key_missing': 'Dieses Konto zählt: jeder Code wird einzeln verlangt. Versuchen Sie es noch einmal.',
  'problem.reveal_step_up_recent':
    'Dieses Konto fragt noch einmal, wer Sie sind. Bestätigen Sie es mit Passphrase und Code.',
  'problem.reveal_step_up_passkey': 'Dieses Konto verlangt Ihren Passkey. Bestätigen Sie es damit.',
  'problem.reveal_step_up_sign_on':
    'Dieses Konto verlangt eine frische Anmeldung beim Anbieter. Bestätigen Sie es dort.',
  'problem.grant_not_found': 'Dieses Recht gibt es an diesem Konto nicht.',
  'problem.grant_grantee_unknown': 'Diese Person oder Gruppe gibt es nicht. Wählen Sie sie aus der Liste.',
  'problem.candidate_content_missing': 'Darin ist nichts zu lesen. Wählen Sie eine Datei, die nicht leer ist.',

  'problem.aws_network': 'AWS ist nicht zu erreichen. Nichts wurde geändert; versuchen Sie es gleich noch einmal.',
  'problem.aws_answer_unreadable':
    'AWS hat etwas Unverständliches geantwortet. Versuchen Sie es noch einmal. ({message})',
  'problem.aws_refused': 'AWS hat abgelehnt. Prüfen Sie Schlüssel und Rechte. ({message})',
  'problem.aws_throttled': 'AWS bittet um Geduld. Versuchen Sie es in einer Minute noch einmal.',
  'problem.aws_mfa_enrol_failed': 'Das Gerät ließ sich bei AWS nicht eintragen. ({message})',
  'problem.aws_mfa_not_removed': 'Das alte Gerät ließ sich bei AWS nicht entfernen. ({message})',
  'problem.aws_mfa_device_unknown': 'Dieses Gerät kennt AWS nicht. ({message})',
  'problem.aws_mfa_root': 'Das Gerät eines Root-Kontos trägt man von Hand bei AWS ein. ({message})',

  'problem.import_password_needed':
    'Diese Datei ist verschlüsselt. Geben Sie das Passwort ein, mit dem sie exportiert wurde.',
  'problem.import_password_wrong': 'Das Passwort öffnet diese Datei nicht. Nichts wurde übernommen.',
  'problem.import_file_damaged':
    'Diese Datei ist abgeschnitten oder verändert. Exportieren Sie sie noch einmal. ({message})',
  'problem.import_version_unknown':
    'Diese Datei ist neuer, als hier bekannt ist. Aktualisieren Sie Watchword, oder exportieren Sie in einer älteren Fassung. ({message})',
  'problem.import_not_possible': 'Diese Datei lässt sich nicht übernehmen. ({message})',
  'problem.import_needs_gpg':
    'Diese Datei ist mit OpenPGP verschlüsselt. Öffnen Sie sie mit „gpg --decrypt DATEI“, und übernehmen Sie das Ergebnis.',
  'problem.import_file_too_large':
    'Die Datei ist zu groß. Exportieren Sie weniger Konten oder nur die Einmalpasswörter.',
  'problem.import_too_many_entries': 'Die Datei hat zu viele Einträge. Teilen Sie sie auf.',
  'problem.import_nested_too_deep': 'Die Datei ist tiefer verschachtelt, als irgendeine App sie schreibt.',
  'problem.import_unpacks_too_large': 'Die Datei entpackt sich größer, als irgendeine App es schreibt.',
  'problem.import_key_too_costly':
    'Diese Datei zu öffnen kostet mehr, als irgendeine App verlangt. Exportieren Sie sie neu mit den üblichen Einstellungen.',
  'problem.import_key_for_agent':
    'Diese Datei zu öffnen kostet mehr, als hier erlaubt ist. Übernehmen Sie sie mit dem Agenten auf Ihrem Rechner.',

  'problem.otp_secret_not_base32':
    'Das Geheimnis ist kein Base32, also nicht nur aus den Buchstaben A bis Z und den Ziffern 2 bis 7. Vergleichen Sie es mit dem, was der Dienst gezeigt hat.',
  'problem.otp_secret_empty': 'Das Geheimnis ist leer. Fügen Sie ein, was der Dienst gezeigt hat.',
  'problem.otp_digits_out_of_range':
    'Codes haben 4 bis 10 Ziffern, in Bereichen 6 bis 8. Fragen Sie den Dienst, wie lang seine sind.',
  'problem.otp_period_out_of_range':
    'Diese Laufzeit eines Codes geht hier nicht; fast jeder Dienst nimmt 30 Sekunden. ({message})',
  'problem.otp_counter_out_of_range': 'Der Zähler ist eine ganze Zahl ab 0.',
  'problem.otp_algorithm_unknown': 'Das Verfahren ist SHA1, SHA256 oder SHA512. Ein anderes ergäbe falsche Codes.',
  'problem.otp_uri_unreadable':
    'Das ist kein brauchbarer otpauth-Link. Kopieren Sie ihn noch einmal beim Dienst. ({message})',

  'problem.qr_not_an_image': 'Das ist kein Bild. Nehmen Sie ein PNG, JPEG oder GIF, das den QR-Code zeigt.',
  'problem.qr_image_too_large': 'Das Bild hat zu viele Bildpunkte. Schneiden Sie es auf den QR-Code zu.',
  'problem.qr_file_too_large': 'Das Bild ist zu groß. Schneiden Sie es auf den QR-Code zu.',
  'problem.qr_reader_busy': 'Zu viele Bilder und Dateien warten schon. Versuchen Sie es in einer Minute noch einmal.',
  'problem.qr_reader_too_slow': 'Das Lesen dauerte zu lange. Versuchen Sie eine kleinere oder deutlichere Datei.',
  'problem.qr_reader_failed': 'Die Datei ließ sich nicht lesen. Versuchen Sie eine kleinere.',
  'problem.qr_text_too_long': 'Das ist zu lang für einen QR-Code. Kürzen Sie den Namen.',
  'problem.qr_size_too_small': 'Für diesen Text ist der QR-Code zu klein. Machen Sie ihn größer. ({message})',
  'problem.qr_size_too_large': 'So groß wird kein QR-Code gezeichnet. Machen Sie ihn kleiner. ({message})',
} as const

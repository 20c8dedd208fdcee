/** What the server refuses, by the name of the failure; English sentences come from the server itself. */
export const problems = {
  'problem.login_refused':
    'Diese Angaben stimmen nicht, oder diese Anmeldung ist gerade nicht erlaubt. Prüfen Sie sie und versuchen Sie es noch einmal.',
  'problem.code_refused': 'Dieser Code stimmt nicht. Warten Sie auf den nächsten und prüfen Sie die Uhr Ihres Geräts.',
  'problem.csrf_refused': 'Die Anfrage kam nicht von unseren eigenen Seiten. Laden Sie die Seite neu.',
  'problem.device_code_unknown': 'Dieser kurze Code ist unbekannt oder abgelaufen. Starten Sie den Befehl noch einmal.',
  'problem.forbidden': 'Das dürfen Sie nicht. Fragen Sie die Verwaltung.',
  'problem.group_name_taken': 'Eine Gruppe dieses Namens gibt es schon. Wählen Sie einen anderen Namen.',
  'problem.last_administrator':
    'Dann gäbe es niemanden mehr, der Watchword verwaltet. Ernennen Sie zuerst jemand anderen.',
  'problem.passkey_refused':
    'Der Passkey wurde nicht angenommen. Versuchen Sie es mit dem, den Sie hier eingetragen haben.',
  'problem.person_not_found': 'Diese Person gibt es nicht.',
  'problem.reproof_needed':
    'Zeigen Sie mit Passphrase und Code oder mit Ihrem Passkey noch einmal, dass Sie es sind, und versuchen Sie es dann wieder.',
  'problem.reproof_refused': 'Dieser Nachweis stimmt nicht. Prüfen Sie Passphrase und Code.',
  'problem.setup_done': 'Es gibt schon eine Verwaltung. Melden Sie sich an.',
  'problem.setup_link_invalid':
    'Dieser Link wurde benutzt, ist abgelaufen oder war nie einer. Fragen Sie die Verwaltung nach einem neuen.',
  'problem.ticket_invalid':
    'Dieser Schritt wurde schon abgeschlossen oder hat zu lange gedauert. Beginnen Sie von vorn.',
  'problem.username_invalid': 'Ein Name hat 1 bis 128 Zeichen, keine Leerzeichen an den Enden und keine Steuerzeichen.',
  'problem.username_taken': 'Eine Person dieses Namens gibt es schon. Wählen Sie einen anderen Namen.',
  'problem.account_not_found':
    'Dieses Konto gibt es nicht, oder niemand hat es Ihnen freigegeben. Fragen Sie, wer es verwaltet.',
  'problem.account_proof_wrong':
    'Der Code gehört nicht zum neuen Geheimnis, also wurde nichts geändert. Vergleichen Sie das Geheimnis und die Uhr der App.',
  'problem.account_undo_over': 'Die Zeit, das rückgängig zu machen, ist vorbei.',
  'problem.account_url_not_http': 'Die Adresse eines Kontos beginnt mit http:// oder https://, oder sie bleibt leer.',
  'problem.account_text_unprintable': 'Ein Feld enthält Steuerzeichen. Tippen Sie es ohne Umbrüche und Tabulatoren.',
  'problem.reveal_not_granted':
    'Sie dürfen keine Codes dieses Kontos sehen. Fragen Sie, wer es verwaltet, nach dem Recht dazu.',
  'problem.reveal_not_custodian':
    'Beim Dienst eintragen darf dieses Konto nur, wer seine Codes sehen darf oder sein Geheimnis gespeichert hat.',
  'problem.grant_expiry_past': 'Das Recht würde in der Vergangenheit enden. Wählen Sie eine spätere Zeit.',
  'problem.candidate_batch_unknown': 'Diese Vorschau ist vorbei. Lesen Sie die Datei oder das Bild noch einmal.',
  'problem.qr_image_damaged': 'Das Bild ist beschädigt und lässt sich nicht öffnen. Nehmen Sie es noch einmal auf.',
  'problem.qr_colours_too_close':
    'Die beiden Farben sind für eine Kamera zu ähnlich oder zu durchsichtig. Wählen Sie eine dunkle auf einer hellen.',
  'problem.import_format_unknown':
    'Keine bekannte App schreibt eine solche Datei. Exportieren Sie noch einmal, am besten als JSON oder als Liste von otpauth-Links.',
  'problem.realm_name_taken':
    'Einen Bereich dieses Namens gibt es schon, vielleicht mit anderen Großbuchstaben. Wählen Sie einen anderen Namen.',
  'problem.realm_not_found': 'Diesen Bereich gibt es nicht. Groß- und Kleinbuchstaben sind verschieden.',
  'problem.subject_name_taken': 'Einen Benutzer dieses Namens gibt es in diesem Bereich schon.',
  'problem.subject_not_found': 'Diesen Benutzer gibt es in diesem Bereich nicht.',
  'problem.enrolment_not_pending': 'Kein Geheimnis dieses Benutzers wartet auf seinen ersten Code.',
  'problem.enrolment_link_unusable': 'Dieser Link wurde schon benutzt oder ist zu alt. Bitten Sie um einen neuen.',
  'problem.intake_loader_reads':
    'Wer das Root-Postfach liest, darf das Geheimnis nicht laden. Lassen Sie es jemand anderen laden, oder halten Sie fest, warum es nicht anders geht.',
  'problem.intake_not_begun': 'Dieses Konto wurde nicht als Root-Konto übernommen und hat keinen solchen Beleg.',
  'problem.intake_step_order':
    'Dieser Schritt ist schon festgehalten, oder ein anderer kommt zuerst. Laden Sie die Seite neu.',
  'problem.intake_rotated_by_missing': 'Sagen Sie, wer das Passwort geändert hat.',
  'problem.intake_same_person':
    'Wer das Geheimnis geladen hat, darf das Passwort nicht ändern. Das muss jemand anderes tun.',
  'problem.intake_not_checked':
    'Seit das Passwort geändert wurde, bekam nur einen Code, wer das Geheimnis geladen hat. Wer es geändert hat, muss sich mit einem Code von hier anmelden.',
} as const

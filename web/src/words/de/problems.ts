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
  'problem.username_invalid':
    'Ein Name hat 1 bis 128 Zeichen, keine Leerzeichen an den Enden, keine Schrägstriche und keine Steuerzeichen.',
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
  'problem.bad_request': 'Eine Angabe fehlt oder liegt außerhalb ihrer Grenzen. Berichtigen Sie sie.',
  'problem.json_unreadable': 'Die Anfrage kam beschädigt an. Laden Sie die Seite neu.',
  'problem.not_found': 'Unter dieser Adresse ist nichts.',
  'problem.method_not_allowed': 'Das geht an dieser Adresse nicht. Laden Sie die Seite neu.',
  'problem.body_too_large': 'Das ist zu groß. Schicken Sie weniger auf einmal.',
  'problem.media_type_unsupported': 'Die Anfrage kam in einer fremden Form an. Laden Sie die Seite neu.',
  'problem.server_stopping': 'Der Server hält gerade an. Versuchen Sie es gleich noch einmal.',
  'problem.database_away':
    'Die Datenbank antwortet nicht. Nichts wurde geändert; versuchen Sie es noch einmal, wenn sie wieder da ist.',
  'problem.database_busy':
    'Ein anderes Programm hielt die Datenbank zu lange fest. Nichts wurde geändert; versuchen Sie es noch einmal.',
  'problem.root_key_rotated':
    'Der Wurzelschlüssel wurde erneuert, und dieser Server hat den neuen nicht. Wer ihn betreibt, gibt ihm den neuen und startet ihn.',
  'problem.login_needed': 'Melden Sie sich zuerst an.',
  'problem.passphrases_busy':
    'In diesem Augenblick warten zu viele Anmeldungen. Versuchen Sie es in ein paar Sekunden noch einmal.',
  'problem.passphrase_weak':
    'Wählen Sie eine längere Passphrase, die weder Ihr Name ist noch eine, die alle zuerst probieren: am besten vier oder fünf Wörter, mindestens 10 Zeichen.',
  'problem.device_too_many':
    'Von dieser Adresse warten zu viele Befehle auf ihre Anmeldung. Versuchen Sie es in einer Minute noch einmal.',
  'problem.group_built_in':
    'Die Gruppe aller ist eingebaut: Sie behält ihren Namen, lässt sich nicht löschen, und niemand tritt ihr bei.',
  'problem.group_not_found': 'Diese Gruppe gibt es nicht.',
  'problem.notice_arrived': 'Diese Nachricht ist angekommen. Nichts wird zweimal geschickt.',
  'problem.notice_not_found': 'Diese Nachricht gibt es nicht.',
  'problem.passkey_not_found': 'Diesen Passkey gibt es nicht.',
  'problem.person_not_local':
    'Diese Person meldet sich beim Anbieter an, der ihre Passphrase und Faktoren verwahrt. Ändern Sie es dort.',
  'problem.preference_unknown': 'Diese Einstellung ist unbekannt oder zu groß.',
  'problem.scope_beyond_rights':
    'Das Token dürfte mehr, als Sie selbst dürfen. Lassen Sie den Bereich weg, oder fragen Sie die Verwaltung. ({message})',
  'problem.scope_unknown':
    'Eines dieser Rechte gibt es nicht. Wählen Sie aus der Liste, oder schreiben Sie ein Wort, einen Doppelpunkt und einen Namen, etwa verify:shop.',
  'problem.session_not_found': 'Diese Sitzung gibt es nicht mehr.',
  'problem.sign_on_busy':
    'Der Anbieter antwortet nicht. Versuchen Sie es gleich noch einmal; der Log des Servers sagt, warum.',
  'problem.sign_on_from_environment':
    'Single Sign-on ist in der Umgebung des Servers eingestellt. Ändern Sie es dort, und starten Sie ihn neu.',
  'problem.sign_on_group_missing': 'Ihr Konto beim Anbieter ist in keiner der Gruppen, die sich hier anmelden dürfen.',
  'problem.sign_on_no_draft': 'Es gibt keinen Entwurf. Speichern Sie zuerst einen.',
  'problem.sign_on_off': 'Single Sign-on ist hier nicht eingerichtet.',
  'problem.sign_on_proof_weak':
    'Der Anbieter hat diese Anmeldung schwächer bestätigt als verlangt. Melden Sie sich dort stärker an, oder fragen Sie, wer ihn betreibt.',
  'problem.sign_on_refused':
    'Die Anmeldung beim Anbieter wurde nicht angenommen. Beginnen Sie auf der Anmeldeseite von vorn.',
  'problem.sign_on_settings_invalid': 'Diese Einstellungen für Single Sign-on sind nicht gültig. ({message})',
  'problem.token_expiry_past':
    'Das Token würde in der Vergangenheit enden und nichts öffnen. Wählen Sie eine spätere Zeit.',
  'problem.token_not_found': 'Dieses Token gibt es nicht.',
  'problem.token_owner_needed': 'Ein Token für eine Person macht nur sie selbst. Machen Sie eines für einen Dienst.',
  'problem.token_refused': 'Dieses Token ist unbekannt, abgelaufen oder abgeschaltet. Machen Sie ein neues.',
  'problem.webhook_address_invalid':
    'Ein Webhook braucht eine https-Adresse, oder eine mit http auf diesem Rechner, ohne Benutzer und Passphrase.',
  'problem.webhook_event_unknown': 'Dieses Ereignis gibt es nicht. Wählen Sie eines aus der Liste.',
  'problem.webhook_not_found': 'Diesen Webhook gibt es nicht.',
  'problem.audit_cursor_invalid': 'Diese Stelle des Audits gibt es nicht. Laden Sie die Seite neu.',
  'problem.audit_pruned_meanwhile':
    'Während des Exports wurden alte Einträge entfernt, also ist er nicht vollständig. Exportieren Sie noch einmal.',
  'problem.verification_busy':
    'Dieser Benutzer wird gerade zu lange an anderer Stelle geprüft. Nichts wurde entschieden; versuchen Sie es noch einmal.',
  'problem.idempotency_key_reused': 'Das wurde eben schon mit anderen Angaben verlangt. Versuchen Sie es noch einmal.',
  'problem.realm_name_invalid':
    'Der Name eines Bereichs hat 1 bis 128 Buchstaben, Ziffern oder . _ - @ + und Leerzeichen nur innen; er ist nicht . oder .. und nicht vergeben.',
  'problem.subject_name_invalid':
    'Der Name eines Benutzers hat 1 bis 128 Zeichen, keinen Schrägstrich, nichts Unsichtbares und keine Leerzeichen an den Enden; er ist auch nicht . oder ..',
  'problem.subject_email_invalid': 'Die Mailadresse ist nicht gültig. Schreiben Sie sie wie name@example.com.',
  'problem.enrolment_not_shown':
    'Das Geheimnis wird nicht mehr gezeigt. Richten Sie den Benutzer neu ein; das jetzige gilt, bis das neue bestätigt ist.',
  'problem.bulk_job_not_found': 'Diese Einrichtung vieler Benutzer gibt es hier nicht.',
  'problem.bulk_file_unreadable': 'Die Datei lässt sich nicht lesen. ({message})',
  'problem.bulk_file_too_large': 'Die Datei hat zu viele Zeilen. Teilen Sie sie auf.',
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
  'problem.login_slowed':
    'Zu viele Versuche in kurzer Zeit. Warten Sie ein wenig, und versuchen Sie es dann noch einmal.',
  'problem.token_gate_incomplete':
    'Ein Token für das Tor braucht beides: ein Recht wie gate:app und Grenzen, die sagen, was es öffnet.',
  'problem.token_disabled_from_above':
    'Die Verwaltung hat dieses Token abgeschaltet, und nur sie hebt das auf. Fragen Sie dort.',
  'problem.gate_limit_unreadable': 'Eine dieser Grenzen lässt sich nicht lesen. ({message})',
  'problem.request_head_too_large':
    'Die Anfrage ist zu groß. Löschen Sie die Cookies dieser Seite, und laden Sie sie neu.',
  'problem.expectation_unknown': 'Die Anfrage erwartet etwas, das dieser Server nicht kennt.',
  'problem.request_too_slow': 'Die Anfrage kam zu langsam an. Versuchen Sie es noch einmal.',
  'problem.grant_names_spent':
    'Sie haben eben zu viele Namen versucht, die es nicht gibt. Warten Sie, und versuchen Sie es dann noch einmal.',
} as const

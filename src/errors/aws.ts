/** Okta, AWS and the profiles we write for them. */
export const awsFailures = {
  aws_network: 'No answer from {host}: {reason}. Check the network, the proxy and the address, then try again.',
  aws_not_https: 'The address {url} is not https, so a password must not be sent there. Use the https address.',
  aws_url_unreadable: 'This is not a web address: {url}. Give it as https://company.okta.com/…',
  aws_answer_unreadable:
    '{host} answered HTTP {status} with {found} where {expected} was expected. Check the address, or try again later.',
  aws_answer_too_long: '{host} answered with more than {limit} bytes. Check the address.',

  aws_okta_refused: 'Okta refused the sign-in: {code} - {text}. {advice}',
  aws_okta_rate_limited: 'Okta limits this account: {code} - {text}. Try again in {seconds} s.',
  aws_okta_locked: 'Okta has locked this user. Unlock the account at {org}, or ask an Okta administrator.',
  aws_okta_password_expired: 'The Okta password has expired. Change it at {org}, then run watchword aws init.',
  aws_okta_enrol_first: 'Okta asks this user to enrol a second factor first. Do so at {org}, then try again.',
  aws_okta_state:
    'Okta answered with the state {status}, which cannot be finished here. Sign in once at {org} in a browser.',
  aws_okta_answer:
    "Okta's answer has no {missing}, so the sign-in cannot go on. Try again later, or sign in once at {org} in a browser.",
  aws_okta_page:
    'Okta shows an error page for this app: {text}. Check the SSO URL and that the app is assigned to you.',
  aws_okta_no_assertion:
    'Okta gave no SAML assertion for {org}. Check the SSO URL and that the app is assigned to you.',
  aws_okta_needs_device_flow:
    'This Okta org runs on Identity Engine and does not finish classic sign-ins. Set oidc_client_id (watchword aws init --oidc-client-id ID) to use its device flow.',
  aws_okta_device_denied: 'Okta ended the device sign-in: {reason}. Run watchword aws refresh to begin again.',
  aws_okta_device_app: 'The app id (0oa…) is not in the SSO URL. Give it with watchword aws init --okta-app-id ID.',
  aws_okta_redirect: 'Okta redirected to {host}, which is not the org. Check the SSO URL.',
  aws_factor_missing:
    'None of your Okta factors is {wanted}. Yours are: {offered}. Choose one with watchword aws init --factor KIND.',
  aws_factor_needs_person: 'The Okta factor {factor} needs a person. Run watchword aws refresh in a terminal first.',
  aws_factor_push_ended: 'The push was not approved ({result}). Run watchword aws refresh and approve it on the phone.',
  aws_code_spent:
    'Okta says the code was already used, twice in a row. Another program uses this secret too; wait a minute and try again.',

  aws_saml_unreadable: 'The SAML assertion cannot be read: {reason}. Ask who runs the Okta app for AWS.',
  aws_saml_no_roles: 'The SAML assertion offers no AWS role. Ask who runs the Okta app for AWS to assign one.',
  aws_role_arn: 'This is not the ARN of an IAM role: {arn}.',
  aws_role_not_offered: 'Okta does not offer you the role {arn}. Run watchword aws roles to see yours.',
  aws_refused: 'AWS refused {action}: {code} - {text}. {advice}',
  aws_throttled: 'AWS limits {action}: {code} - {text}. Try again in a minute.',
  aws_assertion_expired:
    'AWS says the SAML assertion has expired, even after a new sign-in. Check the clock of this machine.',
  aws_partition_unknown: 'The AWS partition {partition} is not known.',
  aws_federation_refused:
    'The AWS sign-in endpoint refused these credentials (HTTP {status}). Credentials of IAM users and sessions of GetSessionToken cannot open the console.',

  aws_mfa_enrol_failed: 'AWS did not accept the new MFA device, which was removed again: {code} - {text}',
  aws_mfa_not_removed:
    'AWS did not accept the new MFA device ({code} - {text}), and {serial} could not be removed. Delete it in the IAM console.',
  aws_mfa_device_unknown: '{user} has no MFA device {serial}. Run watchword aws mfa list.',
  aws_vault_needs_session:
    'These keys have no end, so they are not sent to the server. Give --role-arn, or a profile with mfa_serial.',
  aws_mfa_root:
    'AWS lets nobody enable MFA for a root user by API. Run watchword aws mfa root for the guided way, or remove the root credentials of member accounts.',

  aws_not_set_up: 'There is no configuration {config} yet. Run watchword aws init.',
  aws_settings_unreadable: '{path} is not the JSON it should be: {reason}. Repair it, or run watchword aws init.',
  aws_setting_missing: '{path} has no {key}. Run watchword aws init.',
  aws_config_name: 'The name of a configuration has letters, digits, "-" and "_" only: {name}',
  aws_option_invalid: '{option} must be {expected}.',
  aws_option_conflict: 'Give exactly one of {options}.',
  aws_file_unreadable:
    '{path}:{line} is not part of an AWS profile file: {reason}. Nothing was changed; repair the line and try again.',
  aws_file_refused: '{path}: {reason}. Nothing was changed.',
  aws_undo_missing:
    'There is no refresh to undo: none has changed a file since the cache was cleared or you logged in.',
  aws_undo_changed:
    '{path} was changed by something else since the last refresh, so no file was brought back. Edit it by hand, or run watchword aws refresh.',
  aws_profile_unknown: 'There is no profile {profile} in {path}.',
  aws_profile_shape: 'The profile {profile} has no {key}. Add it to the profile, or name another one.',
  aws_profile_chain:
    'The profile {profile} stands behind more than {most} others, or behind itself. Look at the source_profile of each.',
  aws_profile_foreign:
    'The profile {profile} gets its credentials from another program, which is not called here. Name a profile of ours, or one with keys.',
  aws_password_missing: 'The Okta password is not stored. Run watchword aws init.',
  aws_secret_missing:
    'The secret of {name} is not stored. Run watchword aws init, or for an IAM user watchword aws mfa enrol.',
  aws_command_missing:
    'There is no command to run. Write it after --, as in: watchword aws exec --role-arn ARN -- terraform plan',
  aws_command_not_found: 'The command {command} could not be started: {reason}.',
} as const

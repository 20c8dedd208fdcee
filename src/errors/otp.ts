/** Secrets, codes and otpauth URIs that cannot be what they should be. */
export const otpFailures = {
  otp_secret_not_base32:
    'The secret is not Base32: {character} is not one of its letters A to Z and digits 2 to 7.{hint} Compare it with what the service showed.',
  otp_secret_empty: 'The secret is empty. Paste the Base32 text that the service showed.',
  otp_digits_out_of_range: 'Codes have {min} to {max} digits. Ask the service how long its codes are.',
  otp_period_out_of_range: 'The period is {min} to {max} whole seconds. Nearly every service uses 30.',
  otp_counter_out_of_range: 'The counter is a whole number from 0 to {max}.',
  otp_algorithm_unknown: 'The algorithm is SHA1, SHA256 or SHA512. Another one would show wrong codes.',
  otp_uri_unreadable: 'This is not a usable otpauth URI: {reason}. Copy it again from the service.',
} as const

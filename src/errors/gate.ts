/** The gate and its rules. */
export const gateFailures = {
  gate_rules_unreadable: 'The rules file is not used: {mistakes}.',
  gate_url_unreadable: 'This is no address the gate can judge. Give a whole one, such as https://app.example.com/path.',
  gate_address_unreadable: '{address} is no address of a visitor. Give one such as 192.0.2.1 or 2001:db8::1.',
  gate_secret_unreadable: '{file} holds no secret in Base32. Make one with `watchword secret new`.',
  gate_secret_short:
    '{file} holds a secret of {bits} bits, which can be guessed: 80 are the least, 160 usual. Make one with `watchword secret new`.',
  gate_visitor_taken: 'A person is named code-only, the name of the code-only mode. Rename them first.',
  gate_limit_unreadable: 'The limit {limit} could never match: {reason}.',
  gate_listen_invalid: 'WATCHWORD_GATE_LISTEN is HOST:PORT, or unix: and a path; {address} is neither.',
  gate_print_option: '{option} {value} cannot be printed: give {wanted}.',
  gate_print_half_certificate: 'A certificate needs its key. Give both --tls-cert and --tls-key.',
  gate_method_unreadable: '{method} is no method of HTTP. Give one such as GET or POST.',
  gate_unreachable:
    '{origin} does not answer. Look whether its name is known here, and whether the proxy listens there.',
  gate_certificate:
    '{origin} shows a certificate that is not trusted here: {reason}. Name the file of a private authority in NODE_EXTRA_CA_CERTS.',
  gate_too_slow: '{origin} takes too long to answer. Look whether it, or the app behind it, hangs.',
} as const

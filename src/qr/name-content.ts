/** Beginnings of what other QR codes hold, with what to call it. */
const contents: readonly (readonly [start: RegExp, what: string])[] = [
  [/^https?:/i, 'a web address'],
  [/^wifi:/i, 'the login of a Wi-Fi network'],
  [/^(begin:vcard|mecard:|bizcard:)/i, 'a contact'],
  [/^begin:v(calendar|event)/i, 'an event of a calendar'],
  [/^(mailto|matmsg):/i, 'a mail address'],
  [/^tel:/i, 'a telephone number'],
  [/^(sms|smsto|mms|mmsto):/i, 'a text message'],
  [/^geo:/i, 'a place on a map'],
  [/^fido:/i, 'a sign-in with a passkey'],
  [/^(bcd\r?\n|spc\r?\n|st00012|upi:|bitcoin:|ethereum:|lightning:)/i, 'a payment'],
  [/^\d+$/, 'a number'],
]

/** What the text of a QR code is, in words and without anything of it: it may be private. */
export function nameQrContent(text: string): string {
  return contents.find(([start]) => start.test(text.trimStart()))?.[1] ?? 'some other text'
}

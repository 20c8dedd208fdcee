import { describe, expect, it } from 'vitest'
import { nameQrContent } from '../../src/qr/name-content.ts'

describe('nameQrContent', () => {
  it.each([
    ['https://example.com/login?token=private', 'a web address'],
    ['HTTP://EXAMPLE.COM', 'a web address'],
    ['WIFI:T:WPA;S:office;P:private;;', 'the login of a Wi-Fi network'],
    ['BEGIN:VCARD\nVERSION:3.0', 'a contact'],
    ['MECARD:N:Private;;', 'a contact'],
    ['BEGIN:VEVENT', 'an event of a calendar'],
    ['mailto:private@example.com', 'a mail address'],
    ['tel:+4681234567', 'a telephone number'],
    ['SMSTO:12345:private', 'a text message'],
    ['geo:59.3,18.0', 'a place on a map'],
    ['FIDO:/1234567890', 'a sign-in with a passkey'],
    ['BCD\n002\n1\nSCT', 'a payment'],
    ['SPC\r\n0200', 'a payment'],
    ['bitcoin:private', 'a payment'],
    ['4006381333931', 'a number'],
    ['private', 'some other text'],
    ['', 'some other text'],
  ])('calls %j by its kind and repeats nothing of it', (text, what) => {
    expect(nameQrContent(text)).toBe(what)
    expect(nameQrContent(text)).not.toContain('private')
  })
})

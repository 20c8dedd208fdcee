import type { ImportFormat } from './format.ts'
import { aegis } from './formats/aegis.ts'
import { andOtp, andOtpEncrypted } from './formats/andotp.ts'
import { authy } from './formats/authy.ts'
import { battleNet } from './formats/battle-net.ts'
import { bitwarden } from './formats/bitwarden.ts'
import { cotp } from './formats/cotp.ts'
import { csv } from './formats/csv.ts'
import { duo } from './formats/duo.ts'
import { ente } from './formats/ente.ts'
import { freeOtp, freeOtp2, freeOtpPlus } from './formats/freeotp.ts'
import { googleDatabase } from './formats/google-database.ts'
import { keepass } from './formats/keepass.ts'
import { lastPass } from './formats/lastpass.ts'
import { microsoft } from './formats/microsoft.ts'
import { oathCsv } from './formats/oath-csv.ts'
import { onePassword } from './formats/one-password.ts'
import { proton } from './formats/proton.ts'
import { pskc } from './formats/pskc/pskc.ts'
import { qrImage } from './formats/qr-image.ts'
import { raivo } from './formats/raivo.ts'
import { steam } from './formats/steam.ts'
import { stratum } from './formats/stratum.ts'
import { totpAuthenticator } from './formats/totp-authenticator.ts'
import { twoFas } from './formats/two-fas.ts'
import { twoFauth } from './formats/two-fauth.ts'
import { openPgp, privacyIdeaExport } from './formats/unreadable.ts'
import { uriList } from './formats/uri-list.ts'
import { watchwordJson } from './formats/watchword-json.ts'
import { zippedUriList } from './formats/zipped-uri-list.ts'

/**
 * Every kind of file we know, in the order they are asked.
 *
 * Those with a mark of their own come first; andOTP's encrypted backup, which has none, comes last.
 */
export const importFormats: readonly ImportFormat[] = [
  onePassword,
  raivo,
  zippedUriList,
  googleDatabase,
  microsoft,
  keepass,
  freeOtp2,
  stratum,
  qrImage,
  authy,
  freeOtp,
  battleNet,
  pskc,
  watchwordJson,
  aegis,
  twoFas,
  ente,
  proton,
  bitwarden,
  freeOtpPlus,
  lastPass,
  steam,
  twoFauth,
  cotp,
  duo,
  andOtp,
  uriList,
  csv,
  oathCsv,
  openPgp,
  privacyIdeaExport,
  totpAuthenticator,
  andOtpEncrypted,
]

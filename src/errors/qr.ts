/** QR codes that cannot be read or drawn. */
export const qrFailures = {
} as const

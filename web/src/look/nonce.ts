import { setNonce } from 'get-nonce'

/** The nonce of this page's Content-Security-Policy; without it no style element counts. */
export const styleNonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ''

// The library that keeps a page from scrolling below a dialog asks this one.
setNonce(styleNonce)

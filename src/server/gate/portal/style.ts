import type { GateTheme } from '../settings.ts'

const ground = '#f4f2ef'
const ink = '#1d2025'

/**
 * Black or white, whichever stands out more from a colour.
 *
 * @param colour - `#rrggbb`
 */
export function inkOn(colour: string): '#000' | '#fff' {
  return contrast(colour, '#ffffff') >= contrast(colour, '#000000') ? '#fff' : '#000'
}

/**
 * The ring around what has the focus, by day: the accent where it can be seen there, else the colour of the text.
 *
 * @param accent - `#rrggbb`
 * @see WCAG 2.2 section 1.4.11: 3 to 1
 */
export function ringOn(accent: string): string {
  return contrast(accent, ground) >= 3 ? accent : ink
}

/** @see WCAG 2.2, contrast ratio and relative luminance */
function contrast(one: string, other: string): number {
  const [less = 0, more = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b)
  return (more + 0.05) / (less + 0.05)
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => linear(Number.parseInt(colour.slice(at, at + 2), 16)))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function linear(channel: number): number {
  const share = channel / 255
  return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
}

/** The portal's stylesheet: one column from 320 px on, light and dark, no foreign font or image. */
export function portalStyle({ accent }: GateTheme): string {
  return `:root{color-scheme:light dark;--accent:${accent};--on-accent:${inkOn(accent)};--ink:light-dark(${ink},#e8e6e3);--quiet:light-dark(#59606b,#a3a8b0);--ground:light-dark(${ground},#141517);--panel:light-dark(#fff,#1d1f23);--line:light-dark(#d8d4cd,#383b41);--edge:light-dark(#8a857c,#747982);--alarm:light-dark(#9b1c1c,#ffb4a9);--ring:light-dark(${ringOn(accent)},color-mix(in srgb,${accent} 45%,white))}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;align-items:center;justify-content:center;padding:1.5rem min(1rem,4vw);background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
main{width:100%;max-width:24rem;padding:2rem min(1.75rem,6vw);background:var(--panel);border:1px solid var(--line);border-top:4px solid var(--accent);border-radius:12px}
main>:last-child{margin-bottom:0}
h1,h2,label,summary,button{hyphens:auto;hyphenate-limit-chars:12 4 4}
header{display:flex;align-items:center;gap:.75rem;margin-bottom:.5rem}
h1{margin:0;font-size:1.35rem;letter-spacing:-.01em}
h2{margin:.75rem 0;font-size:1.1rem}
em{flex:none;padding:.15rem .6rem;font-size:.8125rem;font-style:normal;color:var(--quiet);border:1px solid var(--line);border-radius:99px}
.logo{height:2.25rem;width:auto}
.greeting,.hint,.sessions span{color:var(--quiet)}
.greeting{margin:.25rem 0 1.25rem}
.message{padding:.6rem .8rem;border-left:3px solid var(--alarm);color:var(--alarm);background:color-mix(in srgb,var(--alarm) 8%,transparent);border-radius:4px}
.message p{margin:0}
.message p+p{margin-top:.5rem}
.message.plain{border-color:var(--ring);color:inherit;background:var(--ground)}
label{display:block;margin:1rem 0 .3rem;font-weight:600}
label.check{font-weight:400;display:flex;gap:.5rem;align-items:center}
[type=checkbox]{flex:none;width:1.15rem;height:1.15rem;margin:0;accent-color:var(--accent)}
input:not([type=checkbox]):not([type=hidden]){width:100%;padding:.65rem .75rem;font:inherit;color:inherit;background:var(--ground);border:1px solid var(--edge);border-radius:8px}
#token{font-family:ui-monospace,monospace;font-size:1.25rem;letter-spacing:.15em}
.hint{margin:.3rem 0 0;font-size:.875rem}
:focus-visible{outline:3px solid var(--ring);outline-offset:2px}
button,.button{display:block;width:100%;margin-top:1.25rem;padding:.7rem min(1rem,4vw);font:inherit;font-weight:600;text-align:center;text-decoration:none;color:var(--on-accent);background:var(--accent);border:1px solid transparent;border-radius:8px;cursor:pointer}
.quiet{margin-top:.6rem;color:inherit;background:transparent;border-color:var(--line)}
.small{width:auto;margin:0;padding:.35rem .75rem}
.sessions{list-style:none;margin:1rem 0;padding:0}
.sessions li{display:flex;flex-wrap:wrap;justify-content:space-between;align-items:center;gap:.5rem 1rem;padding:.75rem 0;border-bottom:1px solid var(--line)}
.sessions div{flex:1 1 10rem;min-width:0}
.sessions span{display:block;font-size:.875rem}
summary{margin-top:.75rem;font-size:.875rem;color:var(--quiet);cursor:pointer}
form+form{margin-top:0}
.qr{margin:1rem auto;padding:1rem;max-width:15rem;background:#fff;border-radius:8px}
.qr svg{display:block;width:100%;height:auto}
code{font-family:ui-monospace,monospace}
footer{margin-top:1rem;text-align:center;color:var(--quiet);font-size:.875rem}
[hidden]{display:none}
a{color:inherit}
`
}

/** The page's style sheet: the visitor's own fonts and colour scheme, any width, any zoom. */
export const pageStyle = `
:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
html { background: light-dark(#fff, #121212); color: light-dark(#1a1a1a, #eee); }
a { color: light-dark(#0b57d0, #a8c7fa); }
body { margin: 0 auto; max-width: 44rem; padding: 1rem; }
header { display: flex; flex-wrap: wrap; gap: 0.5rem 1.5rem; align-items: center; }
h1 { font-size: 1.25rem; margin: 0; }
nav { flex: 1; display: flex; gap: 1rem; }
label, input, summary { display: block; }
input { box-sizing: border-box; width: 100%; font: inherit; padding: 0.5rem; margin: 0.25rem 0 1rem; }
button { font: inherit; padding: 0.4rem 0.9rem; cursor: pointer; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
.accounts { list-style: none; padding: 0; }
.accounts li { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: center; padding: 0.6rem 0; border-top: 1px solid GrayText; }
.accounts li[hidden] { display: none; }
.who { flex: 1 1 12rem; overflow-wrap: anywhere; }
.code { font-size: 1.4rem; font-variant-numeric: tabular-nums; letter-spacing: 0.1em; }
progress { width: 6rem; }
.hint { margin-top: 0; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.qr svg { width: min(20rem, 100%); height: auto; background: #fff; }
.dropping { outline: 3px dashed Highlight; }
#problem:empty, #preview:empty { display: none; }
`

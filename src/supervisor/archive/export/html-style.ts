/** Light and dark as the reader's system is; nothing in it can be reached by a text. */
export const HTML_STYLE = `
:root { color-scheme: light dark; --line: #d5d9e0; --soft: #5b6472; --back: #f6f7f9; --bad: #b3261e; --good: #1a7f4b }
@media (prefers-color-scheme: dark) { :root { --line: #2c323c; --soft: #9aa4b2; --back: #171a20; --bad: #ff8a80; --good: #6fd6a0 } }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem; font: 15px/1.5 system-ui, sans-serif }
h1 { font-size: 1.4rem; overflow-wrap: anywhere }
h2 { font-size: 1rem; margin: 0 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; margin: 0 0 1.5rem }
dt { color: var(--soft) }
dd { margin: 0; overflow-wrap: anywhere }
article { border-top: 1px solid var(--line); padding: 1rem 0; overflow: hidden }
article.error h2, article.refused h2, .why { color: var(--bad) }
article.abandoned { opacity: 0.7 }
.facts { color: var(--soft); font-size: 0.85rem; margin: 0.2rem 0; overflow-wrap: anywhere }
.why { overflow-wrap: anywhere; white-space: pre-wrap }
pre { margin: 0.5rem 0; padding: 0.6rem 0.8rem; background: var(--back); border-radius: 6px; overflow: hidden; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.45 ui-monospace, monospace }
pre.text { background: none; padding: 0; font: inherit }
pre.thinking { color: var(--soft) }
pre.before { color: var(--bad); margin-bottom: 0 }
pre.after { color: var(--good); margin-top: 0 }
summary { overflow-wrap: anywhere; cursor: pointer }
mark { background: none; border: 1px solid var(--bad); border-radius: 3px; color: var(--bad); font-size: 0.75em; padding: 0 0.2em }
`

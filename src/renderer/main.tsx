import '@fontsource-variable/geist/index.css'
import '@fontsource-variable/geist-mono/index.css'
import './styles/main.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/app.tsx'
import { onMain } from './bridge.ts'
import { watchDecisions } from './features/pairing/decision-toasts.tsx'
import { listenToKeys } from './keys/use-keys.ts'
import { connectFeed } from './store/connect-feed.ts'
import { applyTheme } from './store/prefs.ts'
import { goTo, parsePlace } from './store/screen.ts'

applyTheme()
listenToKeys()
watchDecisions()
connectFeed()
onMain('navigate', ({ screen }) => {
  const place = parsePlace(screen)
  goTo(place.screen, place.person)
})

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)

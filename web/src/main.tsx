import '@fontsource-variable/inter/wght.css'
import '@fontsource-variable/jetbrains-mono/wght.css'
import '@fontsource/cinzel/latin-600.css'
import '@mantine/core/styles.css'
import '@mantine/notifications/styles.css'
import './look/ground.css'
import './look/text.css'
import './look/page.css'
import './look/shell.css'
import './look/lists.css'
import './look/tables.css'
import './look/faces.css'
import './look/steps.css'
import './look/door.css'
import './look/print.css'
import './look/forced-colors.css'
import './look/codes.css'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { styleNonce } from './look/nonce.ts'
import { cssVariables, theme } from './look/theme.ts'
import { AnnouncerProvider } from './parts/announcer.tsx'
import { Notices } from './parts/notices.tsx'
import { queryClient } from './server/queries.ts'
import { WordsProvider } from './words/words.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')

createRoot(root).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariables}
      defaultColorScheme="auto"
      getStyleNonce={() => styleNonce}
      deduplicateInlineStyles
    >
      <QueryClientProvider client={queryClient}>
        <WordsProvider>
          <AnnouncerProvider>
            <Notices />
            <App />
          </AnnouncerProvider>
        </WordsProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)

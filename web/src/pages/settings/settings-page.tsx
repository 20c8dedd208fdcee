import { Tabs } from '@mantine/core'
import { useSearchParams } from 'wouter'
import { Page } from '../../parts/page.tsx'
import { useWords } from '../../words/words.tsx'
import { HealthPanel } from './health-panel.tsx'
import { NoticesPanel } from './notices-panel.tsx'
import { OidcPanel } from './oidc-panel.tsx'
import { QrPanel } from './qr-panel.tsx'
import { RulesPanel } from './rules-panel.tsx'

const panels = {
  health: HealthPanel,
  oidc: OidcPanel,
  rules: RulesPanel,
  qr: QrPanel,
  notices: NoticesPanel,
} as const
const names = ['health', 'oidc', 'rules', 'qr', 'notices'] as const

/** How this server behaves. Each tab has its own address. */
export function SettingsPage() {
  const { t } = useWords()
  const [search, setSearch] = useSearchParams()
  return (
    <Page title={t('settings.title')} isNarrow>
      <Tabs
        value={search.get('tab') ?? 'health'}
        onChange={(tab) => tab !== null && setSearch({ tab }, { replace: true })}
        keepMounted={false}
      >
        <Tabs.List mb="lg">
          {names.map((name) => (
            <Tabs.Tab key={name} value={name}>
              {t(`settings.tab.${name}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {names.map((name) => {
          const Panel = panels[name]
          return (
            <Tabs.Panel key={name} value={name}>
              <Panel />
            </Tabs.Panel>
          )
        })}
      </Tabs>
    </Page>
  )
}

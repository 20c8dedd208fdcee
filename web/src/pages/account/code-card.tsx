import { Button, Group } from '@mantine/core'
import { IconCopy, IconEye, IconEyeOff } from '@tabler/icons-react'
import { useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { secondsLeft } from '../../codes/lifetime.ts'
import { ProofDialog } from '../../codes/proof-dialog.tsx'
import { mayAskNext } from '../../codes/reveal-state.ts'
import { type CodeView, useCodeView } from '../../codes/use-code-view.ts'
import { type Account, countReveals, listReveals, type RevealAnswer } from '../../contract.ts'
import { CodeDigits } from '../../parts/code-digits.tsx'
import { CodeRing } from '../../parts/code-ring.tsx'
import { Note } from '../../parts/note.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useWords } from '../../words/words.tsx'

/** The account's code, large. */
export function CodeCard({ account }: { account: Account }) {
  const { t } = useWords()
  const view = useCodeView(account)
  const { state, shown } = view
  useNewReveals(shown)
  return (
    <section className="ww-surface ww-code-card" style={{ marginBottom: '1.25rem' }} aria-label={t('nav.codes')}>
      {!account.mayReveal && <span className="ww-quiet">{t('codes.noReveal')}</span>}
      {!account.mayReveal && account.mayManage && <span className="ww-quiet">{t('codes.grantYourself')}</span>}
      {shown !== null && <ShownCode account={account} shown={shown} view={view} />}
      {account.mayReveal && shown === null && <HiddenCode view={view} />}
      {state.kind === 'failed' && <TroubleNote trouble={state.trouble} />}
      <ProofDialog
        by={state.kind === 'proof' ? state.by : null}
        demand={account.signOnDemand}
        onProved={() => void view.ask()}
        onClose={view.hide}
      />
    </section>
  )
}

/** Who saw codes stands below on the same page: what was shown just now is part of it. */
function useNewReveals(shown: RevealAnswer | null): void {
  const client = useQueryClient()
  const step = shown?.step
  useEffect(() => {
    if (step === undefined) return
    for (const { name } of [listReveals, countReveals]) void client.invalidateQueries({ queryKey: [name] })
  }, [client, step])
}

function HiddenCode({ view }: { view: CodeView }) {
  const { t } = useWords()
  const { state, nowMs } = view
  if (state.kind === 'held') {
    return (
      <>
        <Note tone="warn">{t('reveal.held', { holder: state.holder })}</Note>
        <span className="ww-code" data-quiet="">
          {t('reveal.heldMine', { count: secondsLeft(state.freeAtMs, nowMs) })}
        </span>
        <Button variant="subtle" onClick={view.hide}>
          {t('do.cancel')}
        </Button>
      </>
    )
  }
  return (
    <>
      <span className="ww-code" data-size="large" data-quiet="" aria-hidden="true">
        <span>•••</span>
        <span>•••</span>
      </span>
      <Button
        size="md"
        leftSection={<IconEye size={18} />}
        loading={state.kind === 'asking'}
        onClick={() => void view.ask()}
      >
        {t('reveal.showShort')}
      </Button>
    </>
  )
}

interface ShownCodeProps {
  readonly account: Account
  readonly shown: RevealAnswer
  readonly view: CodeView
}

function ShownCode({ account, shown, view }: ShownCodeProps) {
  const { t } = useWords()
  const isCounted = account.type === 'hotp'
  const left = secondsLeft(shown.validUntilMs, view.nowMs)
  return (
    <>
      <Group justify="center" gap="lg">
        <CodeDigits code={shown.code} size="large" />
        {!isCounted && <CodeRing {...shown} nowMs={view.nowMs} />}
      </Group>
      <span className="ww-quiet ww-small">
        {isCounted ? t('reveal.counter', { step: shown.step }) : t('reveal.left', { count: left })}
      </span>
      {view.sharers !== '' && <Note tone="warn">{t('reveal.shared', { holder: view.sharers })}</Note>}
      {shown.next !== undefined && (
        <Group gap="sm" justify="center">
          <span className="ww-quiet ww-small">{t('reveal.next')}</span>
          <CodeDigits code={shown.next.code} size="small" isQuiet />
        </Group>
      )}
      <Group justify="center" gap="sm">
        <Button leftSection={<IconCopy size={17} />} onClick={view.copy}>
          {t('do.copy')}
        </Button>
        <Button variant="default" leftSection={<IconEyeOff size={17} />} onClick={view.hide}>
          {t('reveal.hide')}
        </Button>
        {mayAskNext(shown, account.type, view.nowMs) && (
          <Button variant="subtle" onClick={() => void view.ask({ withNext: true })}>
            {t('reveal.nextShow')}
          </Button>
        )}
        {isCounted && (
          <Button variant="subtle" onClick={() => void view.ask()}>
            {t('reveal.counterOver')}
          </Button>
        )}
      </Group>
    </>
  )
}

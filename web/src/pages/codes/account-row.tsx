import { VisuallyHidden } from '@mantine/core'
import { IconStar, IconStarFilled } from '@tabler/icons-react'
import { type KeyboardEvent, memo } from 'react'
import { Link, useLocation } from 'wouter'
import { type CodeView, useCodeView } from '../../codes/use-code-view.ts'
import { type Account, listAccounts, setFavourite } from '../../contract.ts'
import { CodeDigits } from '../../parts/code-digits.tsx'
import { CodeRing } from '../../parts/code-ring.tsx'
import { ProofDialog } from '../../codes/proof-dialog.tsx'
import { useTroubleNotice, useTroubleText } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import type { Trouble } from '../../server/trouble.ts'
import { secondsLeft } from '../../codes/lifetime.ts'
import { moveFocus } from './row-focus.ts'
import { isFree } from '../../shell/shortcuts.ts'
import { useWords } from '../../words/words.tsx'

interface AccountRowProps {
  readonly account: Account
  readonly index: number
}

/** One account of the list: what it is, and its code when asked for. */
export const AccountRow = memo(function AccountRow({ account, index }: AccountRowProps) {
  const { t } = useWords()
  const [, navigate] = useLocation()
  const view = useCodeView(account)
  const favourite = useAct(setFavourite, [listAccounts])
  useTroubleNotice(favourite.trouble)
  const pin = () => void favourite.run({ params: { account: account.id }, body: { favourite: !account.favourite } })
  const onKey = (event: KeyboardEvent) => {
    moveFocus(index, event)
    if (!isFree(event.nativeEvent)) return
    if (event.key === 'Escape') view.hide()
    if (event.key === 'o') navigate(`/accounts/${account.id}`)
    if (event.key === 'f') pin()
  }
  const detail = [account.issuer, account.identifier].filter((part) => part !== '' && part !== account.label)
  return (
    <div className="ww-account" {...(index === 0 ? { 'data-first': '' } : {})}>
      <div className="ww-monogram" aria-hidden="true">
        {monogram(account)}
      </div>
      <div className="ww-account-main">
        <Link
          href={`/accounts/${account.id}`}
          className="ww-plain-link ww-account-label"
          dir="auto"
          {...(account.mayReveal ? {} : { 'data-row': index, onKeyDown: onKey })}
        >
          {account.label}
        </Link>
        {view.sharers === '' ? (
          <span className="ww-account-detail" dir="auto">
            {detail.join(' · ')}
          </span>
        ) : (
          <span className="ww-account-shared" title={t('reveal.shared', { holder: view.sharers })}>
            {t('reveal.sharedShort', { holder: view.sharers })}
          </span>
        )}
      </div>
      <div className="ww-account-side">
        {account.rotateReason !== null && (
          <span className="ww-tag ww-wide-only" data-tone="warn">
            {t('codes.rotate')}
          </span>
        )}
        {account.tags.slice(0, 2).map((tag) => (
          <span key={tag} className="ww-tag ww-wide-only" dir="auto">
            {tag}
          </span>
        ))}
        {account.mayReveal && <CodeButton account={account} index={index} view={view} onKey={onKey} />}
        <button
          type="button"
          className="ww-star"
          aria-label={t(account.favourite ? 'codes.unpin' : 'codes.pin', { name: account.label })}
          aria-pressed={account.favourite}
          onClick={pin}
        >
          {account.favourite ? <IconStarFilled size={17} /> : <IconStar size={17} stroke={1.6} />}
        </button>
      </div>
      {/* A dialog for every row would cost more than the row itself. */}
      {view.state.kind === 'proof' && (
        <ProofDialog
          by={view.state.by}
          demand={account.signOnDemand}
          onProved={() => void view.ask()}
          onClose={view.hide}
        />
      )}
    </div>
  )
})

function monogram({ issuer, label }: Account): string {
  return [...(issuer || label).trim()][0]?.toLocaleUpperCase() ?? '·'
}

interface CodeButtonProps extends AccountRowProps {
  readonly view: CodeView
  onKey(event: KeyboardEvent): void
}

function CodeButton({ account, index, view, onKey }: CodeButtonProps) {
  const { t } = useWords()
  return (
    <button
      type="button"
      className="ww-reveal"
      data-row={index}
      aria-busy={view.state.kind === 'asking'}
      onClick={view.askOrCopy}
      onKeyDown={onKey}
    >
      <CodeButtonFace account={account} view={view} />
      <VisuallyHidden>{t('reveal.of', { name: account.label })}</VisuallyHidden>
    </button>
  )
}

function CodeButtonFace({ account, view }: { account: Account; view: CodeView }) {
  const { t } = useWords()
  const { state, shown, nowMs } = view
  if (shown !== null) {
    return (
      <>
        <VisuallyHidden>{t('do.copy')}</VisuallyHidden>
        <CodeDigits code={shown.code} />
        {account.type !== 'hotp' && <CodeRing {...shown} nowMs={nowMs} />}
      </>
    )
  }
  if (state.kind === 'held') {
    return (
      <span className="ww-small" style={{ maxWidth: '18rem', textAlign: 'end' }}>
        <span className="ww-quiet ww-wide-only">{t('reveal.heldShort', { holder: state.holder })} </span>
        {t('reveal.heldMine', { count: secondsLeft(state.freeAtMs, nowMs) })}
      </span>
    )
  }
  if (state.kind === 'failed') return <FailedText trouble={state.trouble} />
  return (
    <>
      <span className="ww-small ww-quiet ww-wide-only">
        {t(state.kind === 'asking' ? 'reveal.asking' : 'reveal.showShort')}
      </span>
      <span className="ww-reveal-dots" aria-hidden="true">
        {dots(account)}
      </span>
    </>
  )
}

function FailedText({ trouble }: { trouble: Trouble }) {
  const { title, why } = useTroubleText(trouble)
  return (
    <span className="ww-small" role="alert" style={{ color: 'var(--ww-bad)', maxWidth: '16rem', textAlign: 'end' }}>
      {why || title}
    </span>
  )
}

function dots({ digits, type }: Account): string {
  const half = type === 'steam' ? 5 : Math.ceil(digits / 2)
  return type === 'steam' ? '•••••' : `${'•'.repeat(half)} ${'•'.repeat(digits - half)}`
}

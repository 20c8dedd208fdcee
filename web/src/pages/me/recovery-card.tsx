import { useState } from 'react'
import { Button } from '@mantine/core'
import { newRecoveryCodes } from '../../contract.ts'
import { ProofDialog } from '../../codes/proof-dialog.tsx'
import { ConfirmButton } from '../../parts/confirm.tsx'
import { Surface } from '../../parts/surface.tsx'
import { TroubleNote } from '../../parts/trouble-note.tsx'
import { useAct } from '../../server/queries.ts'
import { RecoveryCodes } from '../../session/recovery-codes.tsx'
import { useMe } from '../../session/session.tsx'
import { useWords } from '../../words/words.tsx'

/** New recovery codes, shown this once. */
export function RecoveryCard() {
  const { t } = useWords()
  const { person } = useMe()
  const act = useAct(newRecoveryCodes)
  const [codes, setCodes] = useState<readonly string[] | null>(null)
  const make = async () => {
    const done = await act.run()
    if (done !== null) setCodes(done.answer.recoveryCodes)
    // Trouble is said by the card: it may ask for a proof, in a dialogue of its own.
    return true
  }
  const needsProof = act.trouble?.code === 'reproof_needed'
  return (
    <Surface title={t('me.recovery')} lead={t('me.recoveryLead')}>
      {codes === null ? (
        <ConfirmButton
          label={t('me.recoveryNew')}
          question={t('me.recoveryAsk')}
          why={t('me.recoveryWhy')}
          doIt={t('me.recoveryNew')}
          onConfirm={make}
        />
      ) : (
        <>
          <RecoveryCodes codes={codes} name={person?.username ?? ''} />
          <Button className="ww-no-print" mt="md" onClick={() => setCodes(null)}>
            {t('setup.saved')}
          </Button>
        </>
      )}
      {!needsProof && <TroubleNote trouble={act.trouble} />}
      <ProofDialog by={needsProof ? 'recent' : null} onProved={() => void make()} onClose={act.reset} />
    </Surface>
  )
}

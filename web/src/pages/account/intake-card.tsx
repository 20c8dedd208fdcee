import { Button, Stack } from '@mantine/core'
import { Link } from 'wouter'
import { readIntake } from '../../contract.ts'
import { Surface } from '../../parts/surface.tsx'
import { useServer } from '../../server/queries.ts'
import { useWords } from '../../words/words.tsx'
import { stepNames, stepOf } from '../root/intake.ts'
import { IntakeRecord } from '../root/record.tsx'

/** How a root account was taken in, and the way back into the steps; nothing at all for other accounts. */
export function IntakeCard({ accountId }: { accountId: string }) {
  const { t } = useWords()
  const answer = useServer(readIntake, { params: { account: accountId } })
  const intake = answer.data?.intake ?? null
  if (intake === null) return null
  const step = stepOf(null, intake)
  const isOpen = step !== 'done'
  const lead = isOpen ? t('root.unfinished', { step: stepNames.indexOf(step) + 1 }) : t('root.recordLead')
  return (
    <Surface title={t('root.recordTitle')} lead={lead}>
      <Stack align="flex-start">
        <IntakeRecord intake={intake} />
        {isOpen && (
          <Button component={Link} href={`/accounts/root?account=${encodeURIComponent(accountId)}`} variant="light">
            {t('root.resume')}
          </Button>
        )}
      </Stack>
    </Surface>
  )
}

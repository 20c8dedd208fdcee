import { IconCheck } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { type StepName, stepNames } from './intake.ts'

interface StepProps {
  readonly name: StepName
  readonly current: StepName
  readonly title: string
  readonly children?: ReactNode
}

/** One numbered step; those to come show their heading alone, so that the whole way is in view and in print. */
export function Step({ name, current, title, children }: StepProps) {
  const number = stepNames.indexOf(name) + 1
  const at = stepNames.indexOf(current) + 1
  const state = number < at ? 'past' : number === at ? 'now' : 'ahead'
  return (
    <section
      className="ww-step"
      data-state={state}
      aria-label={title}
      {...(state === 'now' ? { 'aria-current': 'step' as const } : {})}
    >
      <div className="ww-step-number" aria-hidden="true">
        {state === 'past' ? <IconCheck size={18} /> : number}
      </div>
      <div style={{ flex: 1, minWidth: 0 }}>
        <h2 className="ww-section-title" style={{ lineHeight: '2rem' }}>
          {title}
        </h2>
        {state !== 'ahead' && children}
      </div>
    </section>
  )
}

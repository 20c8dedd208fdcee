import { Component, type ReactNode } from 'react'
import { FailedFace } from './faces.tsx'

/** Catches a fault of our own (or a part of the program that did not arrive) and offers a way on. */
export class Failing extends Component<{ readonly children: ReactNode }, { readonly hasFailed: boolean }> {
  override state = { hasFailed: false }

  static getDerivedStateFromError(): { hasFailed: boolean } {
    return { hasFailed: true }
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children
    const trouble = { kind: 'broken', code: '', message: '', retryAfterMs: null, fields: {} } as const
    return <FailedFace trouble={trouble} onRetry={() => location.reload()} />
  }
}

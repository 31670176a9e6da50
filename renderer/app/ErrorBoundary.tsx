import { Component, type ErrorInfo, type ReactNode } from 'react'
import { asFault } from '../client/index.ts'
import { ErrorState } from '../kit/index.ts'

interface ErrorBoundaryProps {
  /** What failed, for people: the page's title. */
  name: string
  children: ReactNode
}

/** Keeps an error of one page or tab from taking the window with it. */
export class ErrorBoundary extends Component<ErrorBoundaryProps, { thrown: unknown; hasFailed: boolean }> {
  override state: { thrown: unknown; hasFailed: boolean } = { thrown: undefined, hasFailed: false }

  static getDerivedStateFromError(thrown: unknown): { thrown: unknown; hasFailed: boolean } {
    return { thrown, hasFailed: true }
  }

  override componentDidCatch(thrown: unknown, info: ErrorInfo): void {
    console.error(thrown, info.componentStack)
  }

  override render(): ReactNode {
    if (!this.state.hasFailed) return this.props.children
    const fault = asFault(this.state.thrown)
    return (
      <ErrorState
        title={`${this.props.name} could not be drawn`}
        fault={{
          ...fault,
          message:
            'This part of the window failed. The rest works on, and nothing was changed in a cluster. Draw it again, or open another page.',
        }}
        onRetry={() => this.setState({ hasFailed: false, thrown: undefined })}
      />
    )
  }
}

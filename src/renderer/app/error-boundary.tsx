import { Bug } from 'lucide-react'
import { Component, type ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'

interface Props {
  readonly children: ReactNode
}

/** A fault in one screen leaves the frame, and STOP in it, working. Give it a new key to try again. */
export class ErrorBoundary extends Component<Props, { readonly message: string | null }> {
  override state: { readonly message: string | null } = { message: null }

  static getDerivedStateFromError(error: unknown): { readonly message: string } {
    return { message: error instanceof Error ? error.message : String(error) }
  }

  override render(): ReactNode {
    if (this.state.message === null) return this.props.children
    return (
      <div role="alert">
        <EmptyState
          icon={<Bug />}
          title="This screen has failed"
          action={<Button onClick={() => this.setState({ message: null })}>Draw it again</Button>}
        >
          {this.state.message}. This is a fault in Clawdbot; the gateway and STOP are not touched by it.
        </EmptyState>
      </div>
    )
  }
}

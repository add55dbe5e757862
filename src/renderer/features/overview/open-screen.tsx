import type { ReactNode } from 'react'
import { hrefOf, SCREEN_LABEL, type Screen } from '../../store/screen.ts'
import { LinkButton } from '../../ui/link-button.tsx'

/** Below the evidence of a fact: the screen where something can be done about it. */
export const OpenScreen = ({ screen }: { readonly screen: Screen }): ReactNode => (
  <div className="mt-2">
    <LinkButton size="s" href={hrefOf(screen)}>
      Open {SCREEN_LABEL[screen]}
    </LinkButton>
  </div>
)

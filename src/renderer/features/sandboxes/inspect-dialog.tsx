import { type ReactNode, useEffect, useState } from 'react'
import type { SandboxView } from '../../../shared/contracts/hands-views.ts'
import { visibleLine } from '../../../shared/domain/visible-text.ts'
import { type BridgeError, callMain, toBridgeError } from '../../bridge.ts'
import { useApp } from '../../store/app-store.ts'
import { Button } from '../../ui/button.tsx'
import { copyText } from '../../ui/copy-text.ts'
import { ErrorText } from '../../ui/error-text.tsx'
import { Modal } from '../../ui/modal.tsx'
import { Notice } from '../../ui/notice.tsx'
import { ScrollBox } from '../../ui/scroll-box.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { useInspected } from './inspect.ts'
import { readableInspection } from './readable-inspection.ts'

/** What Docker itself says about one box, as it says it. It stays open when the box is gone: then it is evidence. */
export const InspectDialog = (): ReactNode => {
  const open = useApp((store) => store.overlay === 'inspect')
  const show = useApp((store) => store.show)
  const box = useInspected((store) => store.box)
  if (box === null) return null
  return (
    <Modal
      open={open}
      onClose={() => show(null)}
      title="Docker's inspection"
      description={`Of ${visibleLine(box.name)}, asked now, not taken from the config.`}
      width="w-[720px]"
    >
      <Inspection key={box.id} box={box} />
    </Modal>
  )
}

type Answer =
  | { readonly kind: 'asking' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'failed'; readonly error: BridgeError }

const inspect = async (container: string): Promise<Answer> => {
  try {
    return { kind: 'text', text: await callMain('sandbox.inspect', { container }) }
  } catch (thrown) {
    return { kind: 'failed', error: toBridgeError(thrown) }
  }
}

const Inspection = ({ box }: { readonly box: SandboxView }): ReactNode => {
  const [answer, setAnswer] = useState<Answer>({ kind: 'asking' })
  const [copied, setCopied] = useState<'no' | 'yes' | 'refused'>('no')
  useEffect(() => {
    let wanted = true
    void inspect(box.id).then((given) => (wanted ? setAnswer(given) : undefined))
    return () => {
      wanted = false
    }
  }, [box.id])
  return (
    <div className="px-5 pt-3 pb-4">
      {answer.kind === 'asking' ? <output className="text-soft">Asking Docker…</output> : null}
      {answer.kind === 'failed' ? (
        <Notice urgent tone="bad" title="Docker did not say">
          <ErrorText error={answer.error} />
        </Notice>
      ) : null}
      {answer.kind === 'text' ? (
        <>
          <ScrollBox label="Inspection as JSON" className="max-h-[50vh]">
            <RemoteText text={readableInspection(answer.text)} shape="exact" />
          </ScrollBox>
          <div className="mt-3 flex items-center justify-end gap-3">
            <output className="text-s text-soft">{COPIED[copied]}</output>
            <Button onClick={() => setCopied(copyText(answer.text) ? 'yes' : 'refused')}>Copy</Button>
          </div>
        </>
      ) : null}
    </div>
  )
}

const COPIED = {
  no: '',
  yes: 'Copied.',
  refused: 'The system did not take it: select the text and copy it by hand.',
} as const

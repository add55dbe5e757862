import { Plus } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { useApp, useSlice } from '../../store/app-store.ts'
import type { Place } from '../../store/screen.ts'
import { Button } from '../../ui/button.tsx'
import { ScreenHead } from '../../ui/screen-frame.tsx'
import { Tag } from '../../ui/tag.tsx'
import { RemoteText } from '../../ui/text/remote-text.tsx'
import { groupDigits } from '../../ui/text/words.ts'
import { dropCounts } from '../overview/activity-rows.ts'
import { Composer } from './composer.tsx'
import { Conversation } from './conversation.tsx'
import { nextStranger, type Speaker, speakersOf } from './speakers.ts'

/** Speak as anybody, against the real gate. `wanted` is whose conversation to open. */
export const SimulatorScreen = ({ wanted }: { readonly wanted: Place['person'] }): ReactNode => {
  const state = useApp(({ feed }) => feed.state)
  const { model } = useSlice('config')
  const [made, setMade] = useState<readonly string[]>([])
  const [chosen, setChosen] = useState(wanted?.provider === 'simulator' ? wanted.id : 'stranger')
  if (state === null) return null
  const speakers = speakersOf(state, made)
  const speaker = speakers.find(({ id }) => id === chosen) ?? speakers[0]
  return (
    <>
      <ScreenHead
        title="Simulator"
        aside={
          <>
            <Tag tone="accent">real gate</Tag>
            {model === '' ? null : (
              <Tag tone={model.startsWith('offline/') ? 'accent' : 'warn'}>
                {model.startsWith('offline/') ? 'offline model' : `model ${model}`}
              </Tag>
            )}
          </>
        }
      >
        Nobody here is real, but every message takes the same way as one from a messenger: the same gate, the
        same pairing, the same agent.
      </ScreenHead>
      <div className="mt-4 grid min-h-80 flex-1 grid-cols-[210px_minmax(0,1fr)] overflow-hidden rounded-m border border-line max-[700px]:grid-cols-1 max-[700px]:grid-rows-[auto_minmax(320px,1fr)]">
        <Speakers
          speakers={speakers}
          chosen={speaker?.id ?? ''}
          onChoose={setChosen}
          onNew={() => {
            const id = nextStranger(speakers)
            setMade([...made, id])
            setChosen(id)
          }}
        />
        {speaker ? (
          <section aria-label={`Conversation as ${speaker.name}`} className="flex min-h-0 flex-col">
            <Conversation speaker={speaker} />
            <DroppedHere />
            <Composer key={speaker.id} speaker={speaker} />
          </section>
        ) : null}
      </div>
    </>
  )
}

/** The gate counts what it drops and does not say whose it was: so it stands below every conversation. */
const DroppedHere = (): ReactNode => {
  const dropped = dropCounts(useSlice('drops')).filter(({ provider }) => provider === 'simulator')
  if (dropped.length === 0) return null
  return (
    <p className="px-5 py-1.5 text-s text-faint">
      Dropped by the gate, without an answer:{' '}
      <RemoteText text={dropped.map(({ reason, count }) => `${groupDigits(count)} × ${reason}`).join(', ')} />
    </p>
  )
}

const Speakers = ({
  speakers,
  chosen,
  onChoose,
  onNew,
}: {
  readonly speakers: readonly Speaker[]
  readonly chosen: string
  readonly onChoose: (id: string) => void
  readonly onNew: () => void
}): ReactNode => (
  <div className="flex flex-col overflow-auto border-r border-line bg-side max-[700px]:flex-row max-[700px]:overflow-visible max-[700px]:flex-wrap max-[700px]:border-r-0 max-[700px]:border-b">
    <h2 className="px-3.5 pt-3 pb-1 text-xs text-faint max-[700px]:w-full">Speak as</h2>
    {speakers.map(({ id, name, standing }) => (
      <button
        key={id}
        type="button"
        aria-pressed={id === chosen}
        data-selected={id === chosen || undefined}
        onClick={() => onChoose(id)}
        className="px-3.5 py-2 text-left hover:bg-raised data-[selected]:bg-raised data-[selected]:shadow-[inset_2px_0_0_var(--accent)]"
      >
        <span className="block font-medium">{name}</span>
        <span className="block text-s text-soft">{standing}</span>
      </button>
    ))}
    <div className="p-2.5">
      <Button look="quiet" onClick={onNew}>
        <Plus aria-hidden className="size-3.5" />
        New stranger
      </Button>
    </div>
  </div>
)

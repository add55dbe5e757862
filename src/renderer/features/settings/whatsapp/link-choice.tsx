import { type ReactNode, useId, useState } from 'react'
import type { NumberUse } from '../../../../shared/contracts/app-state.ts'
import { Button } from '../../../ui/button.tsx'
import { Tag } from '../../../ui/tag.tsx'

type Choice = Exclude<NumberUse, 'unknown'>

const CHOICES: readonly { readonly use: Choice; readonly label: string; readonly meaning: string }[] = [
  {
    use: 'separate',
    label: 'A number of its own',
    meaning:
      'A spare number that only the agent uses. You decide under Pairing who may write to it, and your own chats stay out of its reach.',
  },
  {
    use: 'own',
    label: 'My own number',
    meaning:
      'The agent sits in your own account. Only your chat with yourself is heard: nobody who writes to you is answered.',
  },
]

/** The question before any code: whose number it will be. `said` is what the owner answered before. */
export const LinkChoice = ({
  said,
  off,
  onLink,
}: {
  readonly said: NumberUse
  readonly off: boolean
  readonly onLink: (use: Choice) => void
}): ReactNode => {
  const id = useId()
  const [choice, setChoice] = useState<Choice | null>(said === 'unknown' ? null : said)
  return (
    <form
      className="mt-3"
      onSubmit={(event) => {
        event.preventDefault()
        if (choice !== null && !off) onLink(choice)
      }}
    >
      <fieldset>
        <legend className="font-medium">Whose number will it be?</legend>
        <div className="mt-1.5 grid grid-cols-2 gap-2.5 max-sm:grid-cols-1">
          {CHOICES.map(({ use, label, meaning }) => (
            // oxlint-disable-next-line jsx-a11y/label-has-associated-control -- its text stands deeper than the rule looks
            <label
              key={use}
              className="flex items-start gap-2.5 rounded-m border border-line-strong px-3 py-2.5 hover:bg-raised has-checked:border-accent has-checked:bg-accent-bg/40"
            >
              <input
                type="radio"
                name={`${id}-use`}
                value={use}
                checked={choice === use}
                aria-labelledby={`${id}-${use}-name`}
                aria-describedby={`${id}-${use}`}
                onChange={() => setChoice(use)}
                className="mt-0.5 size-4 shrink-0 accent-accent"
              />
              <span className="min-w-0">
                <span id={`${id}-${use}-name`} className="font-medium">
                  {label} {use === 'separate' ? <Tag tone="good">advised</Tag> : null}
                </span>
                <span id={`${id}-${use}`} className="mt-0.5 block text-soft">
                  {meaning}
                </span>
              </span>
            </label>
          ))}
        </div>
      </fieldset>
      <p className="mt-2.5 max-w-[90ch] text-s text-soft">
        Until it is unlinked, a linked device can read and write everything in the account. WhatsApp does not
        support programs like this one and may close an account that uses one.
      </p>
      <div className="mt-3 flex flex-wrap items-center gap-3">
        <Button type="submit" look="primary" off={off || choice === null}>
          Show QR code
        </Button>
        {choice === null ? <span className="text-soft">Choose one first.</span> : null}
      </div>
    </form>
  )
}

import type { ReactNode } from 'react'
import { useApp } from '../store/app-store.ts'
import { usePrefs } from '../store/prefs.ts'
import { JUMP_KEY, SCREEN_LABEL, SCREENS } from '../store/screen.ts'
import { Modal } from '../ui/modal.tsx'
import { Switch } from '../ui/switch.tsx'
import { altKey, modifierKey } from '../ui/text/words.ts'

/** Every key of the window, and the switch that turns the single ones off. */
export const ShortcutSheet = (): ReactNode => {
  const open = useApp((store) => store.overlay === 'sheet')
  const show = useApp((store) => store.show)
  const { singleKeys, set } = usePrefs()
  const modifier = modifierKey(navigator.platform)
  return (
    <Modal open={open} onClose={() => show(null)} title="Keyboard shortcuts">
      <div className="grid grid-cols-2 gap-x-8 gap-y-4 px-5 pt-3 pb-5 max-[560px]:grid-cols-1">
        <div className="col-span-full">
          <Keys
            heading="STOP"
            keys={[
              ['Space', 'Held on STOP: stop everything'],
              [
                `${modifier}+${altKey(navigator.platform)}+Shift+S`,
                'Twice: STOP, also when another program has the focus',
              ],
              ['Tray', 'Stop everything, in the menu of the tray'],
            ]}
          />
        </div>
        <Keys
          heading="Everywhere"
          keys={[
            [`${modifier} K`, 'Commands'],
            ['?', 'This sheet'],
            ['Esc', 'Close what lies on top'],
          ]}
        />
        <Keys
          heading="Go to"
          keys={SCREENS.map((screen) => [`g ${JUMP_KEY[screen]}`, SCREEN_LABEL[screen]])}
        />
        <Keys
          heading="Pairing"
          keys={[
            ['j k', 'Next, previous request'],
            ['a', 'Approve'],
            ['d', 'Deny'],
            ['b', 'Block'],
            ['Enter', 'Never approves'],
          ]}
        />
        <Keys
          heading="Sessions"
          keys={[
            ['/', 'Search'],
            ['j k', 'Next, previous'],
            ['Enter', 'Open'],
            ['Esc', 'In the search: clear, then leave'],
            ['t e r', 'Next tool, error, refusal; with Shift the one before'],
          ]}
        />
        <Keys
          heading="A command for this machine"
          keys={[
            ['F6', 'To it, and back'],
            ['a', 'Approve once'],
            ['s', 'Approve for this session'],
            ['d', 'Deny'],
            ['Enter', 'Never approves'],
          ]}
        />
        <Keys
          heading="Logs"
          keys={[
            ['/', 'Filter'],
            ['j k', 'Next, previous line'],
            ['Enter', 'Unfold the line'],
            ['e', 'Next error; with Shift the one before'],
            ['Home', 'To the first line'],
            ['End', 'Follow again'],
          ]}
        />
        <div className="col-span-full border-t border-line pt-3">
          <Switch
            label="Single keys do something"
            on={singleKeys}
            onChange={(on) => set({ singleKeys: on })}
          />
        </div>
      </div>
    </Modal>
  )
}

const Keys = ({
  heading,
  keys,
}: {
  readonly heading: string
  readonly keys: readonly (readonly [key: string, meaning: string])[]
}): ReactNode => (
  <section>
    <h3 className="text-xs text-faint">{heading}</h3>
    <dl className="mt-1 grid grid-cols-[auto_1fr] gap-x-3 gap-y-1">
      {keys.map(([key, meaning]) => (
        <div key={key} className="contents">
          <dt className="mono">{key}</dt>
          <dd className="text-soft">{meaning}</dd>
        </div>
      ))}
    </dl>
  </section>
)

import { Command } from 'cmdk'
import type { ReactNode } from 'react'
import { PROVIDER_LABEL } from '../../shared/domain/provider.ts'
import { visibleLine } from '../../shared/domain/visible-text.ts'
import { whoseBox } from '../features/sandboxes/describe-sandboxes.ts'
import { openInspection } from '../features/sandboxes/inspect.ts'
import { useSearch } from '../features/sessions/search-store.ts'
import { useApp } from '../store/app-store.ts'
import { THEMES, type Theme, usePrefs } from '../store/prefs.ts'
import { goTo, JUMP_KEY, SCREEN_LABEL, SCREENS } from '../store/screen.ts'
import { Kbd } from '../ui/kbd.tsx'
import { Modal } from '../ui/modal.tsx'
import { groupCode } from '../ui/text/words.ts'
import { useCommand } from '../ui/use-command.tsx'
import { focusApproval } from './approvals/approval-card.tsx'
import { isInUse } from './gateway/describe-gateway.ts'
import { useStop } from './lockdown/stop.ts'

const THEME_LABEL: Readonly<Record<Theme, string>> = {
  system: 'Theme: as the system',
  light: 'Theme: light',
  dark: 'Theme: dark',
}

/** Everything that can be done, by name. */
export const Palette = (): ReactNode => {
  const open = useApp((store) => store.overlay === 'palette')
  const show = useApp((store) => store.show)
  return (
    <Modal open={open} onClose={() => show(null)} title="Commands" titleHidden width="w-[560px]">
      <Commands />
    </Modal>
  )
}

const Commands = (): ReactNode => {
  const show = useApp((store) => store.show)
  const state = useApp(({ feed }) => feed.state)
  const setPrefs = usePrefs((prefs) => prefs.set)
  const stop = useStop((store) => store.stop)
  const start = useCommand('gateway.start')
  const restart = useCommand('gateway.restart')
  const shutDown = useCommand('gateway.stop')
  const openConfig = useCommand('config.open')
  const verify = useCommand('audit.verify')
  const setReadOnly = useCommand('readonly.set')
  const build = useCommand('sandbox.build')
  const then = (act: () => void) => (): void => {
    show(null)
    act()
  }
  const locked = state?.lockdown != null
  return (
    <Command label="Commands" loop>
      <Command.Input
        placeholder="Go to, do, open…"
        className="h-11 w-full border-b border-line bg-transparent px-4 text-l outline-none placeholder:text-faint"
      />
      <Command.List className="max-h-[50vh] overflow-auto p-2" label="Commands">
        <Command.Empty className="px-3 py-4 text-soft">Nothing by that name.</Command.Empty>
        <Group heading="Go to">
          {SCREENS.map((screen) => (
            <Item key={screen} onSelect={then(() => goTo(screen))} keys={`g ${JUMP_KEY[screen]}`}>
              {SCREEN_LABEL[screen]}
            </Item>
          ))}
        </Group>
        {state !== null && state.requests.length + state.approvals.length > 0 ? (
          <Group heading="Waiting">
            {state.approvals.length > 0 ? (
              // The palette gives the focus back where it was, and only then it may be moved.
              <Item onSelect={then(() => setTimeout(focusApproval))} keys="F6">
                Command for this machine
              </Item>
            ) : null}
            {state.requests.map((request) => (
              <Item
                key={`${request.provider}:${request.id}`}
                onSelect={then(() => goTo('pairing', request))}
              >{`Request ${groupCode(request.code)}, ${PROVIDER_LABEL[request.provider]} ${visibleLine(request.id)}`}</Item>
            ))}
          </Group>
        ) : null}
        <Group heading="Do">
          <Item onSelect={then(() => setTimeout(toSearch))}>Search transcripts…</Item>
          {state !== null && !locked ? (
            <>
              <Item onSelect={then(() => void start.run(undefined))}>Start the gateway</Item>
              <Item onSelect={then(() => void restart.run(undefined))}>Restart the gateway</Item>
              <Item onSelect={then(() => void shutDown.run(undefined))}>Shut down the gateway</Item>
            </>
          ) : null}
          {locked ? (
            <>
              <Item onSelect={() => show('resume')}>Resume…</Item>
              <Item onSelect={then(() => goTo('security'))}>Open the incident</Item>
            </>
          ) : null}
          {state?.incident ? <Item onSelect={() => show('bundle')}>Save incident bundle…</Item> : null}
          {state === null || state.hands.readOnly.by === 'config' ? null : (
            <Item onSelect={then(() => void setReadOnly.run({ on: !state.hands.readOnly.on }))}>
              {state.hands.readOnly.on ? 'Switch read-only mode off' : 'Switch read-only mode on'}
            </Item>
          )}
          {state !== null && !locked && state.docker.state === 'reachable' ? (
            <Item
              onSelect={then(() => {
                goTo('sandboxes')
                void build.run(undefined)
              })}
            >
              Build the image of the boxes
            </Item>
          ) : null}
          {state?.providers.some(({ link, state: now }) => link !== null && !isInUse(now)) && !locked ? (
            <Item onSelect={then(() => goTo('settings'))}>Link WhatsApp…</Item>
          ) : null}
          {state?.sandboxes.containers.map((box) => (
            <Item key={box.id} onSelect={() => openInspection(box)}>
              {`Inspect the box of ${whoseBox(box)}`}
            </Item>
          ))}
          <Item onSelect={then(() => void verify.run(undefined))}>Verify the audit</Item>
          <Item onSelect={then(() => void openConfig.run(undefined))}>Open clawdbot.json</Item>
          <Item onSelect={() => show('sheet')} keys="?">
            Keyboard shortcuts
          </Item>
          {THEMES.map((theme) => (
            <Item key={theme} onSelect={then(() => setPrefs({ theme }))}>
              {THEME_LABEL[theme]}
            </Item>
          ))}
        </Group>
        <Group heading="Emergency">
          <Item onSelect={then(() => void stop())} danger>
            Stop everything now
          </Item>
        </Group>
      </Command.List>
    </Command>
  )
}

/** The palette gives the focus back where it was, and only then it may be moved. */
const toSearch = (): void => {
  goTo('sessions')
  useSearch.getState().goToField()
}

const Group = ({
  heading,
  children,
}: {
  readonly heading: string
  readonly children: ReactNode
}): ReactNode => (
  <Command.Group
    heading={heading}
    className="mb-1 [&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-xs [&_[cmdk-group-heading]]:text-faint"
  >
    {children}
  </Command.Group>
)

const Item = ({
  children,
  onSelect,
  keys,
  danger = false,
}: {
  readonly children: string
  readonly onSelect: () => void
  readonly keys?: string
  readonly danger?: boolean
}): ReactNode => (
  <Command.Item
    value={children}
    onSelect={onSelect}
    className={`flex h-8 items-center rounded-s px-2 data-[selected=true]:bg-raised forced-colors:data-[selected=true]:outline ${
      danger ? 'text-bad' : ''
    }`}
  >
    <span className="flex-1 truncate">{children}</span>
    {keys ? <Kbd>{keys}</Kbd> : null}
  </Command.Item>
)

// What can be started, and what holds it in: processes of the gateway, and boxes. Pure.
import type { AppState } from '../../../shared/contracts/app-state.ts'
import type { Survivor } from '../../../shared/contracts/stop-views.ts'
import { assertNever } from '../../../shared/domain/assert-never.ts'
import { hostAccess } from '../../app/hands/describe-hands.ts'
import { counted, countWord, sentence } from '../../ui/text/words.ts'
import type { Fact } from './fact.ts'

const survivorsOf = (lockdown: AppState['lockdown'], kind: Survivor['kind']): number =>
  lockdown?.result?.survivors.filter((survivor) => survivor.kind === kind).length ?? 0

/** Whether the gateway can start processes: by its permission flags as they are, and by the config. */
export const spawnFact = ({ gateway, hands, lockdown }: AppState): Fact => {
  const { grants, pid } = gateway
  const survivors = survivorsOf(lockdown, 'process')
  if (survivors > 0) {
    return {
      id: 'spawn',
      tone: 'bad',
      title: `${sentence(counted(survivors, 'process has', 'processes have'))} survived the stop`,
      detail: `Named on the Security screen. What ${survivors === 1 ? 'it' : 'they'} can do is not known.`,
    }
  }
  const host = hostAccess(hands, gateway)
  if (host !== null) return { id: 'spawn', tone: 'bad', title: host.title, detail: host.meaning }
  if (pid === null) {
    return {
      id: 'spawn',
      tone: 'unknown',
      title: 'The gateway does not run, so it can start nothing',
      detail:
        grants.length === 0
          ? 'Its permissions are known once it has started.'
          : 'Below is what it last ran with.',
    }
  }
  return grants.length === 0
    ? {
        id: 'spawn',
        tone: 'warn',
        title: 'The permissions of the gateway are not known',
        detail: 'It runs, and has not said under which flags.',
      }
    : {
        id: 'spawn',
        tone: 'good',
        title: 'The gateway can not start programs',
        detail: `Node's permission model holds it to ${counted(grants.length, 'flag', 'flags')}.`,
      }
}

/** Whether boxes run, and whether STOP could prove that none does. */
export const dockerFact = ({ docker: { state, containers }, lockdown }: AppState): Fact => {
  const id = 'docker'
  const survivors = survivorsOf(lockdown, 'container')
  if (survivors > 0) {
    return {
      id,
      tone: 'bad',
      title: `${sentence(counted(survivors, 'box has', 'boxes have'))} survived the stop`,
      detail: 'Named on the Security screen.',
    }
  }
  switch (state) {
    case 'unknown':
      return { id, tone: 'unknown', title: 'Docker was not asked yet', detail: 'It is asked in a moment.' }
    case 'absent':
      return {
        id,
        tone: 'good',
        title: 'No box runs, because Docker does not',
        detail: 'STOP has only the gateway to end.',
      }
    case 'unreachable':
      return {
        id,
        tone: lockdown === null ? 'warn' : 'bad',
        title: 'Docker does not answer',
        detail: 'Whether a box runs is not known, and STOP could not prove that none does.',
      }
    case 'reachable':
      return boxesFact(containers, lockdown)
    default:
      return assertNever(state)
  }
}

const boxesFact = (containers: number | null, lockdown: AppState['lockdown']): Fact => {
  const id = 'docker'
  if (containers === null) {
    return {
      id,
      tone: 'warn',
      title: 'Docker answers, but not which boxes run',
      detail: 'STOP could not prove that none does.',
    }
  }
  if (containers === 0) {
    return { id, tone: 'good', title: 'No box runs', detail: 'Docker answers, and lists none of ours.' }
  }
  const title = sentence(counted(containers, 'box runs', 'boxes run'))
  return lockdown === null
    ? { id, tone: 'good', title, detail: 'STOP reaches each of them.' }
    : {
        id,
        tone: 'bad',
        title: `${title} although everything is stopped`,
        detail: 'Stop again to end what runs.',
      }
}

/** Whether every box is as hardened as configured, by Docker's own inspection. */
export const hardenedFact = ({ docker, sandboxes: { containers, risks } }: AppState): Fact => {
  const id = 'hardened'
  const wrong = containers.filter(({ drift }) => drift.length > 0)
  if (wrong.length > 0) {
    const points = [...new Set(wrong.flatMap(({ drift }) => drift.map(({ what }) => what)))]
    return {
      id,
      tone: 'bad',
      title: `${sentence(counted(wrong.length, 'box is', 'boxes are'))} not as configured`,
      detail: `${wrong.length === 1 ? 'Differs' : 'They differ'} in: ${points.join(', ')}. No tool runs in ${wrong.length === 1 ? 'it' : 'them'}.`,
    }
  }
  if (docker.state !== 'reachable') {
    return docker.state === 'absent'
      ? { id, tone: 'unknown', title: 'No box can differ from the config', detail: REFUSED }
      : { id, tone: 'unknown', title: 'Whether boxes are as configured is not known', detail: REFUSED }
  }
  if (risks.length > 0) {
    return {
      id,
      tone: 'warn',
      title: 'Boxes are as configured, which is weaker than they could be',
      detail: risks[0] ?? '',
    }
  }
  return containers.length === 0
    ? { id, tone: 'good', title: 'No box differs from the config', detail: 'None runs now.' }
    : {
        id,
        tone: 'good',
        title: 'Every box is as hardened as configured',
        detail: `${sentence(countWord(containers.length))} compared with Docker's own inspection.`,
      }
}

const REFUSED = 'Tools that need a box are refused while Docker does not answer.'

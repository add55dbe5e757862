/** Numbers between 0 and 1 that are the same for the same seed (mulberry32). */
export const createRandom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

// The most common words of English first, then what people and agents write about.
const COMMON =
  'the be to of and a in that have I it for not on with he as you do at this but his by from they we say her she or an will my one all would there their what so up out if about who get which go me when make can like time no just him know take people into year your good some could them see other than then now look only come its over think also back after use two how our work first well way even new want because any these give day most us is are was were has had been did said done made'
const TOPICS =
  'server deploy meeting invoice calendar backup password router kitchen dinner train ticket flight hotel weather garden budget report draft review branch merge commit test failure timeout container volume network firewall certificate database index query migration schema customer contract signature lawyer tax receipt photo album playlist birthday present school teacher homework doctor appointment pharmacy insurance bicycle repair plumber electrician landlord rent deposit apartment neighbour parcel delivery tracking refund subscription renewal domain registrar mailbox newsletter spam filter reminder alarm grocery recipe oven vegetable coffee breakfast lunch project milestone estimate sprint backlog ticket severity incident pager rollback canary release changelog version dependency licence audit policy sandbox gateway provider session transcript token prompt model answer question summary translation paragraph headline'

export interface Words {
  readonly word: () => string
  /** From so many words to so many. */
  readonly sentence: (from: number, to: number) => string
}

/** Words as often as language has them: few of them most of the time, and a long tail. */
export const createWords = (random: () => number): Words => {
  const syllables = [
    'ka',
    'lo',
    'mi',
    'ren',
    'tor',
    'vi',
    'sha',
    'dun',
    'pel',
    'gri',
    'ast',
    'ono',
    'bex',
    'quil',
    'fa',
  ]
  const made = Array.from({ length: 20_000 }, () =>
    Array.from(
      { length: 2 + Math.floor(random() * 3) },
      () => syllables[Math.floor(random() * syllables.length)],
    ).join(''),
  )
  const all = [...COMMON.split(' '), ...TOPICS.split(' '), ...made]
  const word = (): string => all[Math.floor(all.length ** random()) - 1] ?? 'the'
  const sentence = (from: number, to: number): string => {
    const count = from + Math.floor(random() * (to - from + 1))
    let text = word()
    for (let at = 1; at < count; at++) text += ` ${word()}`
    return `${text}.`
  }
  return { word, sentence }
}

import { InvalidArgumentError } from 'commander'

/** A whole number from `least` on, as commander wants an option parsed. */
export const numberFrom =
  (least: number) =>
  (text: string): number => {
    if (/^[0-9]{1,9}$/.test(text) && Number(text) >= least) return Number(text)
    throw new InvalidArgumentError(`It has to be a whole number from ${String(least)} on.`)
  }

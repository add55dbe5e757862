/**
 * One layer over one text. Gets the pieces of the text in order, `last` with the end of it, and gives what is decided:
 * all results together are the same however the text was cut. After `last` it begins anew.
 */
export type Stage = (piece: string, last: boolean) => string

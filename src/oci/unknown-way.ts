/** A file that may be whole, but was compressed in a way that is not known here. */
export class UnknownWay extends Error {}

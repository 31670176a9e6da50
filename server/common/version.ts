/** The suite's release, as its services and traces name it. */
export const version = '0.1.0'

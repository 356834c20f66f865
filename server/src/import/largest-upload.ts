/** The most bytes of a log that is dropped or collected: a set-up log is a few megabytes; larger ones are for `fsp import`. */
export const largestUpload = 32 * 1024 * 1024;

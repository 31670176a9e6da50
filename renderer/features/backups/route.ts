import { z } from 'zod'

/** Which backup is selected; the newest usable one where none is named. */
export const backupsRoute = z.object({ backup: z.string().optional() })

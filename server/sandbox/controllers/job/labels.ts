import type { Job } from './kinds.ts'

/** The name under which the job controller records events. */
export const component = 'job-controller'

/** The labels by which kubectl and people find a Job's pods; the short ones are from before Kubernetes 1.27. */
export const jobLabels = ({ metadata: { name, uid } }: Job): Record<string, string> => ({
  'batch.kubernetes.io/controller-uid': uid,
  'batch.kubernetes.io/job-name': name,
  'controller-uid': uid,
  'job-name': name,
})

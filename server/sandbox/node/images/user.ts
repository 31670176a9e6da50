export interface OperatingSystemUser {
  uid: number
  gid: number
}

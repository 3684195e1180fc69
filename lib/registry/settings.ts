/** A registry the site makes, as its stack file says. Files are named by their paths beside the program. */
export interface RegistrySettings {
  port: number;
  /** Of distribution. */
  version: 2 | 3;
  /** Of the host, where it is not this machine's. */
  architecture?: string | undefined;
  /** Directory on the host; absent: a volume of Docker. */
  data?: string | undefined;
  s3?: S3 | undefined;
  tls?: { certificate: string; key: string; ca?: string | undefined } | undefined;
  users?: readonly Login[] | undefined;
  deletes: boolean;
  readOnly: boolean;
  upstream?:
    | { url: string; username?: string | undefined; password?: string | undefined; ca?: string | undefined }
    | undefined;
}

export interface Login {
  username: string;
  password: string;
}

export interface S3 {
  endpoint: string;
  bucket: string;
  region: string;
  accessKey: string;
  secretKey: string;
  prefix: string;
  ca?: string | undefined;
}

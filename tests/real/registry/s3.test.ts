import { s3Suite } from "../../support/s3-suite";

s3Suite(2);

import { PipConfig } from "../../providers/host/pip-config";
import { control1 } from "./machines";

new PipConfig("pip", { host: control1, index: "http://10.0.0.5:8000/wheels/simple/" });

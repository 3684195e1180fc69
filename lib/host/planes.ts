import { aptPlane } from "../apt/plane";
import type { Plane } from "../content/plane";
import { pypiPlane } from "../pypi/plane";
import { wheelPlane } from "../pypi/wheel";
import { sourcePlane } from "../source/plane";

/** Every plane whose manifests stand in stores. */
export const PLANES = { apt: aptPlane, pypi: pypiPlane, source: sourcePlane, wheel: wheelPlane } satisfies Record<
  string,
  Plane<never>
>;

export type PlaneName = keyof typeof PLANES;

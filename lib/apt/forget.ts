import type { ContentStore } from "../content/store";
import { forgetSeen, letGo } from "./seen";
import { mirrorShelf } from "./summary";

/** Takes a mirror out of its store; its files stay unless told otherwise, or as long as somebody else names them. */
export async function forget(store: ContentStore, name: string, deleteData: boolean): Promise<void> {
  await letGo(store, name);
  await forgetSeen(store, name);
  await mirrorShelf.forget(store, name, deleteData);
}

/** The program's last word before anything is registered: see providers/contract. */
export { assertArguments } from "../providers/contract/arguments";

import { configurationPage, siteSchemaFile } from "./configuration";
import { resourcesPage } from "./resources";

/** The generated files, by their path in the project. */
export function pages(root: string): Record<string, string> {
  return {
    "docs/reference/configuration.md": configurationPage(root),
    "docs/reference/resources.md": resourcesPage(root),
    "docs/reference/site.schema.json": siteSchemaFile(root),
  };
}

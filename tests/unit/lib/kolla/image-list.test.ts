import { parseImageList } from "../../../../lib/kolla/image-list";
import { onDocument } from "../../../support/site-documents";

onDocument("linuxone/IMAGELIST", "the list of the LinuxONE site", (text) => {
  const names = parseImageList(text, "IMAGELIST");
  expect(names).toHaveLength(13);
  expect(names[0]).toBe("ubuntu-binary-kolla-toolbox");
  expect(names.at(-1)).toBe("ubuntu-binary-base");
});

test("blank lines, comments, Windows line ends, a byte order mark and duplicates are harmless", () => {
  const text =
    "\uFEFF# images of both machines\r\n\r\nnova-compute\r\n  cron  # everywhere\r\n\t\r\nnova-compute\rbase";
  expect(parseImageList(text, "IMAGELIST")).toEqual(["nova-compute", "cron", "base"]);
});

test("an empty list names nothing", () => {
  expect(parseImageList("\n\n# nothing\n", "IMAGELIST")).toEqual([]);
});

test("every line that is no name is told at once", () => {
  const text = "nova-compute\nNova Compute\n\nnova:tag\n../etc\n";
  expect(() => parseImageList(text, "IMAGELIST")).toThrow(
    'IMAGELIST has lines that are no image name:\n  - line 2: "Nova Compute"\n  - line 4: "nova:tag"\n  - line 5: "../etc"\nTry:',
  );
});

import { tmpdir } from "node:os";
import { assertRoom, roomIn, tellLowRoom } from "../../../../lib/content/room";

const disk = { total: 1e12, free: 200e9 };

test("the room of a directory that is not there yet is that of its disk", async () => {
  const { total, free } = await roomIn(`${tmpdir()}/not/there/yet`);
  expect(free).toBeGreaterThan(0);
  expect(total).toBe((await roomIn(tmpdir())).total);
});

test("what fits passes, all but the reserve; more is refused with figures", () => {
  assertRoom(180e9, disk, "/srv/content");
  expect(() => assertRoom(181e9, disk, "/srv/content")).toThrow(
    "181.0 GB are to come and 180.0 GB are free in /srv/content. Try: more room, or less content",
  );
  assertRoom(0, { total: 1e12, free: 0 }, "/srv/content");
});

test("a disk that will be nearly full is told", () => {
  expect(tellLowRoom(100e9, disk, "/srv/content")).toBeUndefined();
  expect(tellLowRoom(150e9, disk, "/srv/content")).toBe("/srv/content will have 50.0 GB of 1.0 TB left");
});

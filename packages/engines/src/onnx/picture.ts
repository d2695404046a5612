/** A decoded picture: straight-alpha RGBA, 8 bits a channel, rows from the top without padding. */
export type Picture = { readonly width: number; readonly height: number; readonly rgba: Uint8Array };

/** One value a pixel (0..1 for alpha), rows from the top without padding. */
export type Plane = { readonly width: number; readonly height: number; readonly data: Float32Array };

/** A rectangle in pixels: `x`, `y` is the top left corner; `width` and `height` are 0 when nothing is inside. */
export type Box = { readonly x: number; readonly y: number; readonly width: number; readonly height: number };

/** The smallest box around every value above `threshold`. */
export function boxAbove(plane: Plane, threshold: number): Box {
  const { width, height, data } = plane;
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if ((data[y * width + x] as number) <= threshold) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? { x: 0, y: 0, width: 0, height: 0 } : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** The part of a picture inside a box that lies wholly within it. */
export function cropPicture(picture: Picture, box: Box): Picture {
  const rgba = new Uint8Array(box.width * box.height * 4);
  for (let y = 0; y < box.height; y++) {
    const from = ((box.y + y) * picture.width + box.x) * 4;
    rgba.set(picture.rgba.subarray(from, from + box.width * 4), y * box.width * 4);
  }
  return { width: box.width, height: box.height, rgba };
}

/** The part of a plane inside a box that lies wholly within it. */
export function cropPlane(plane: Plane, box: Box): Plane {
  const data = new Float32Array(box.width * box.height);
  for (let y = 0; y < box.height; y++) {
    const from = (box.y + y) * plane.width + box.x;
    data.set(plane.data.subarray(from, from + box.width), y * box.width);
  }
  return { width: box.width, height: box.height, data };
}

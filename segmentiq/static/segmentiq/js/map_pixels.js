// Dots into pixels: each is blended into an opaque picture by hand, which for thousands of dots takes a tenth of what drawing calls take.
// A pixel is one whole number, alpha-blue-green-red; red and blue are mixed together, green by itself.
const [RED_BLUE, GREEN, OPAQUE] = [0xff00ff, 0xff00, 0xff000000];

export class Pixels {
  constructor(width, height) {
    this.picture = new ImageData(width, height);
    this.whole = new Int32Array(this.picture.data.buffer);
    this.brushes = new Map();
  }

  clear(colour) {
    this.whole.fill(numberOf(colour));
  }

  // Stamp dots first..last of the points, those for which `picked` is `wanted`, where `picked` is given.
  stamp({ x, y }, { first, last }, { left, top, scale }, brush, picked, wanted) {
    const { width, height } = this.picture;
    const { reach } = brush;
    for (let i = first; i < last; i += 1) {
      if (picked && picked[i] !== wanted) continue;
      const column = Math.round((x[i] - left) * scale);
      const row = Math.round((y[i] - top) * scale);
      if (column < -reach || row < -reach || column >= width + reach || row >= height + reach) continue;
      const isInside = column >= reach && row >= reach && column < width - reach && row < height - reach;
      if (isInside) this.blend(brush, row * width + column);
      else this.blendPart(brush, column, row);
    }
  }

  blend({ offsets, redBlue, green, keep }, at) {
    const { whole } = this;
    for (let j = 0; j < offsets.length; j += 1) {
      const place = at + offsets[j];
      const under = whole[place];
      const mixed = ((redBlue[j] + Math.imul(under & RED_BLUE, keep[j])) >>> 8) & RED_BLUE;
      whole[place] = OPAQUE | mixed | ((green[j] + ((under & GREEN) >>> 8) * keep[j]) & GREEN);
    }
  }

  // At the edge of the picture only what is inside it.
  blendPart(brush, column, row) {
    const { width, height } = this.picture;
    const inside = brush.places.filter(([x, y]) => x + column >= 0 && x + column < width && y + row >= 0 && y + row < height);
    const part = this.brush(inside, brush.colour);
    this.blend(part, row * width + column);
  }

  // A round dot: which pixels it covers, and how much of each, times how strong it is.
  brushOf(radius, strength, colour) {
    const key = `${radius} ${strength} ${colour.join()}`;
    if (!this.brushes.has(key)) {
      const reach = Math.ceil(radius);
      const places = [];
      for (let y = -reach; y <= reach; y += 1) {
        for (let x = -reach; x <= reach; x += 1) {
          const cover = Math.min(Math.max(radius + 0.5 - Math.hypot(x, y), 0), 1);
          if (cover) places.push([x, y, Math.round(256 * cover * strength)]);
        }
      }
      this.brushes.set(key, { reach, colour, places, ...this.brush(places, colour) });
    }
    return this.brushes.get(key);
  }

  brush(places, colour) {
    const paint = numberOf(colour);
    return {
      offsets: Int32Array.from(places, ([x, y]) => y * this.picture.width + x),
      redBlue: Int32Array.from(places, ([, , share]) => Math.imul(paint & RED_BLUE, share)),
      green: Int32Array.from(places, ([, , share]) => ((paint & GREEN) >>> 8) * share),
      keep: Int32Array.from(places, ([, , share]) => 256 - share),
    };
  }
}

function numberOf([r, g, b]) {
  return OPAQUE | (b << 16) | (g << 8) | r;
}

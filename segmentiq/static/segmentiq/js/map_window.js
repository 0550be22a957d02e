// Which part of the map is seen: zoom and place, never outside the map. Pure arithmetic between map units and pixels.
const MOST = 8;

export class MapWindow {
  constructor(width, height) {
    [this.mapWidth, this.mapHeight] = [width, height];
    [this.zoom, this.left, this.top, this.width] = [1, 0, 0, 1];
  }

  // Pixels per unit of the map.
  get unit() {
    return (this.width / this.mapWidth) * this.zoom;
  }

  get height() {
    return (this.width * this.mapHeight) / this.mapWidth;
  }

  toPixels(x, y) {
    return [(x - this.left) * this.unit, (y - this.top) * this.unit];
  }

  toMap(x, y) {
    return [this.left + x / this.unit, this.top + y / this.unit];
  }

  // Zoom so that what is under a pixel stays there.
  zoomAt(factor, x = this.width / 2, y = this.height / 2) {
    const [mapX, mapY] = this.toMap(x, y);
    this.zoom = Math.min(Math.max(this.zoom * factor, 1), MOST);
    this.left = mapX - x / this.unit;
    this.top = mapY - y / this.unit;
    this.keepInside();
  }

  pan(x, y) {
    this.left -= x / this.unit;
    this.top -= y / this.unit;
    this.keepInside();
  }

  showAll() {
    [this.zoom, this.left, this.top] = [1, 0, 0];
  }

  get isAll() {
    return this.zoom <= 1.001;
  }

  get isClosest() {
    return this.zoom >= MOST - 0.001;
  }

  keepInside() {
    const room = 1 - 1 / this.zoom;
    this.left = Math.min(Math.max(this.left, 0), this.mapWidth * room);
    this.top = Math.min(Math.max(this.top, 0), this.mapHeight * room);
  }
}

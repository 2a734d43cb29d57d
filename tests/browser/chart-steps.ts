import type { Locator } from "playwright-core";

/** How many pixels of a chart have this colour of the theme, such as `--down`: what is drawn is found no other way. */
export function countPixels(chart: Locator, colour: string): Promise<number> {
  return chart.locator("canvas").evaluate((element, name) => {
    const canvas = element as HTMLCanvasElement;
    const read = (of: HTMLCanvasElement, width: number, height: number) =>
      of.getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
    const sample = document.createElement("canvas");
    const brush = sample.getContext("2d");
    if (brush !== null) brush.fillStyle = getComputedStyle(canvas).getPropertyValue(name);
    brush?.fillRect(0, 0, 1, 1);
    const [red, green, blue] = read(sample, 1, 1);
    const pixels = read(canvas, canvas.width, canvas.height);
    let count = 0;
    for (let i = 0; i < pixels.length; i += 4)
      if (pixels[i] === red && pixels[i + 1] === green && pixels[i + 2] === blue && pixels[i + 3] === 255) count += 1;
    return count;
  }, colour);
}

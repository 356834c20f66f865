// A line plot as SVG, legible on light and on dark pages: growth is seen at once where a table has to be read. Our own, as
// plotting libraries want a browser's document or bring one.
const width = 640;
const height = 320;
const left = 64;
const right = 150;
const top = 40;
const bottom = 48;
const colours = ['#1f77b4', '#d95f02', '#2ca02c'];

/**
 * @param title what is shown, and `x` and `y` what the axes count; the one along x has steps that double or more, so it is
 * drawn by magnitude
 * @param series lines: `{ name, points: [[x, y], …] }`, with x above 0 and y of 0 or more
 */
export function linePlot({ title, x, y, series }) {
  const points = series.flatMap((one) => one.points);
  const across = points.map(([at]) => Math.log(at));
  const [least, most] = [Math.min(...across), Math.max(...across)];
  const ceiling = niceCeiling(Math.max(...points.map(([, value]) => value)));
  const toX = (at) => left + ((Math.log(at) - least) / (most - least || 1)) * (width - left - right);
  const toY = (value) => height - bottom - (value / ceiling) * (height - top - bottom);
  const steps = [...new Set(points.map(([at]) => at))].sort((a, b) => a - b);
  const levels = [0, 1, 2, 3, 4].map((quarter) => (ceiling * quarter) / 4);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">
<style>text { fill: #24292f } .grid { stroke: #d0d7de } @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .grid { stroke: #30363d } }</style>
<text x="${left}" y="20" font-size="14">${escaped(title)}</text>
${levels.map((level) => `<line class="grid" x1="${left}" x2="${width - right}" y1="${toY(level)}" y2="${toY(level)}"/><text x="${left - 6}" y="${toY(level) + 4}" text-anchor="end">${shown(level)}</text>`).join('\n')}
${steps.map((step) => `<text x="${toX(step)}" y="${height - bottom + 18}" text-anchor="middle">${shown(step)}</text>`).join('\n')}
<text x="${(left + width - right) / 2}" y="${height - 8}" text-anchor="middle">${escaped(x)}</text>
<text x="14" y="${(top + height - bottom) / 2}" text-anchor="middle" transform="rotate(-90 14 ${(top + height - bottom) / 2})">${escaped(y)}</text>
${series.map((one, index) => lineOf(one, colours[index % colours.length], toX, toY)).join('\n')}
</svg>
`;
}

function lineOf({ name, points }, colour, toX, toY) {
  const places = points.map(([at, value]) => [toX(at).toFixed(1), toY(value).toFixed(1)]);
  const [lastX, lastY] = places.at(-1);
  return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${places.map((place) => place.join(',')).join(' ')}"/>
${places.map(([cx, cy]) => `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour}"/>`).join('')}<text x="${Number(lastX) + 8}" y="${Number(lastY) + 4}" style="fill:${colour}">${escaped(name)}</text>`;
}

/** The next of 1, 2, 4, 5 and 10 times a power of ten. */
function niceCeiling(value) {
  if (!(value > 0)) return 1;
  const magnitude = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 4, 5, 10].map((factor) => factor * magnitude).find((level) => level >= value);
}

function shown(value) {
  return value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 2 : 0 });
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}

export function linePlot(plot: {
  title: string;
  x: string;
  y: string;
  series: { name: string; points: [number, number][] }[];
}): string;

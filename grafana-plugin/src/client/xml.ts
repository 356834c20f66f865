const deepest = 40;

/** A report with a line for each element, as people read it; as it is where it is no XML. */
export function prettyXml(text: string): string {
  const parsed = new DOMParser().parseFromString(text.replace(/^\ufeff/, ''), 'text/xml');
  if (parsed.getElementsByTagName('parsererror').length > 0) return text;
  const root = parsed.documentElement;
  return root === null ? text : linesOf(root, 0).join('\n');
}

function linesOf(element: Element, depth: number): string[] {
  const indent = '  '.repeat(depth);
  const children = [...element.children];
  const whole = new XMLSerializer().serializeToString(element);
  if (children.length === 0 || depth >= deepest) return [indent + whole];
  const begin = /^<[^\s/>]+(?:\s[^]*?)?>/.exec(new XMLSerializer().serializeToString(element.cloneNode(false)));
  const opened = (begin?.[0] ?? `<${element.nodeName}>`).replace(/\s*\/>$/, '>');
  return [
    indent + opened,
    ...children.flatMap((child) => linesOf(child, depth + 1)),
    `${indent}</${element.nodeName}>`,
  ];
}

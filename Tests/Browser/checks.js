// SPDX-License-Identifier: Apache-2.0
// What is wrong in a page, as sentences; run inside of it.
(() => {
  const faults = new Set();
  // What is out of sight has no size until it is looked at.
  const shown = new CSSStyleSheet();
  shown.replaceSync("article { content-visibility: visible }");
  document.adoptedStyleSheets = [shown];
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (one, other) => {
    const [a, b] = [light(one), light(other)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  // What may lie behind an element: over a picture anything, so black and white.
  const behind = (element) => {
    const layers = [];
    let isOnPicture = false;
    for (let at = element; at; at = at.parentElement) {
      if (at.matches(".still:has(img)")) { isOnPicture = true; break; }
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    const grounds = isOnPicture ? [[0, 0, 0, 1], [255, 255, 255, 1]] : [[255, 255, 255, 1]];
    return grounds.map((ground) => layers.reduceRight((under, top) => over(top, under), ground));
  };
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true })
    && !element.closest(".unseen") && !element.matches(".skip:not(:focus)");

  let texts = 0;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || element.closest("script, style") || !isSeen(element)) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && parseInt(style.fontWeight) >= 700);
    for (const ground of behind(element)) {
      const ratio = contrast(over(parse(style.color), ground), ground);
      if (ratio < (isLarge ? 3 : 4.5)) {
        faults.add(`contrast ${ratio.toFixed(2)} of ${element.tagName}.${element.className} "${walker.currentNode.data.trim().slice(0, 30)}"`);
      }
    }
    texts += 1;
  }
  if (texts < 20) faults.add(`only ${texts} texts were found`);
  // The edges of fields, and what shows where the focus is (WCAG 2.2, 1.4.11 and 2.4.7).
  for (const field of document.querySelectorAll("input, select, button")) {
    if (!isSeen(field)) continue;
    const ground = behind(field.parentElement)[0];
    const ratio = contrast(parse(getComputedStyle(field).borderTopColor), ground);
    if (ratio < 3) faults.add(`contrast ${ratio.toFixed(2)} of the edge of ${field.tagName}`);
  }
  for (const control of document.querySelectorAll("a[href], button, input, select, summary")) {
    if (!isSeen(control) || control.closest("p, dd")) continue;
    const box = control.getBoundingClientRect();
    if (box.width < 24 || box.height < 24) {
      faults.add(`${control.tagName}.${control.className} is ${box.width.toFixed()} by ${box.height.toFixed()} pixels`);
    }
  }
  for (const picture of document.images) {
    if (!picture.alt.trim()) faults.add(`no alternative text: ${picture.src}`);
    if (picture.complete && picture.currentSrc && !picture.naturalWidth) faults.add(`a picture that is not there: ${picture.src}`);
  }
  for (const field of document.querySelectorAll("input, select")) {
    if (!field.labels.length) faults.add(`a field without a label: ${field.name}`);
  }
  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  for (const id of ids) if (ids.filter((other) => other === id).length > 1) faults.add(`the id ${id} twice`);
  if (document.documentElement.lang !== "en") faults.add("no language");
  if (document.querySelectorAll("h1").length !== 1) faults.add("not one heading of the first order");
  if (document.querySelectorAll("main").length !== 1) faults.add("not one main part");
  if (document.scrollingElement.scrollWidth > innerWidth + 1) {
    faults.add(`wider than the window: ${document.scrollingElement.scrollWidth} of ${innerWidth}`);
  }

  // What a stranger's text may not have made.
  for (const element of document.querySelectorAll("*")) {
    for (const attribute of element.attributes) {
      if (/^on/i.test(attribute.name)) faults.add(`a handler: ${element.outerHTML.slice(0, 80)}`);
      if (attribute.name === "style") faults.add(`a style: ${element.outerHTML.slice(0, 80)}`);
    }
    if (/^(iframe|object|embed|base|link|svg|math|frame|template)$/i.test(element.tagName)) {
      faults.add(`an element of a stranger: ${element.outerHTML.slice(0, 80)}`);
    }
  }
  const here = new URL(document.querySelector("header a") ? ".." : ".", location.href).href;
  for (const element of document.querySelectorAll("[href], [src]")) {
    const url = element.href || element.src;
    if (element.matches(".skip")) continue;
    if (!url.startsWith(here)) faults.add(`an address elsewhere: ${url}`);
  }
  if (document.scripts.length !== 1) faults.add(`${document.scripts.length} scripts`);
  return [...faults];
})()

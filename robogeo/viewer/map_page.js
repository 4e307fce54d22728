'use strict';
const PICTURES = 'decoded pictures';
const map = document.getElementById('map'), bar = document.getElementById('bar');
const told = document.getElementById('told'), form = document.getElementById('controls');
const LEFT = 62, BELOW = 50, W = 860, H = 600, scale = window.devicePixelRatio || 1;
const floats = text => new Float32Array(Uint8Array.from(atob(text), c => c.charCodeAt(0)).buffer);
const layers = DATA.layers.map(layer => ({...layer, values: floats(layer.values), image: new Image()}));
const [left, right, bottom, top_] = DATA.extent, n = DATA.cells;
let chosen = 0, cell = null;
const sprite = new Image(), pictures = DATA.pictures;
const show = {[DATA.shown.name]: true, graph: false, ...(pictures && {[PICTURES]: false})};
const x = v => LEFT + (v - left) / (right - left) * (W - LEFT);
const y = v => (H - BELOW) * (1 - (v - bottom) / (top_ - bottom));
const style = name => getComputedStyle(document.documentElement).getPropertyValue(name);
function sized(canvas, w, h) {
  canvas.width = w * scale; canvas.height = h * scale; canvas.style.width = w + 'px'; canvas.style.height = h + 'px';
  const pen = canvas.getContext('2d'); pen.setTransform(scale, 0, 0, scale, 0, 0); pen.clearRect(0, 0, w, h);
  pen.font = '14px system-ui, sans-serif'; pen.fillStyle = style('--ink'); return pen;
}
function ticks(low, high) {
  const raw = (high - low) / 5, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map(k => k * power).find(s => s >= raw), all = [];
  for (let v = Math.ceil(low / step) * step; v <= high + 1e-9; v += step) all.push(+v.toPrecision(6));
  return all;
}
function draw() {
  const pen = sized(map, W, H), layer = layers[chosen];
  pen.imageSmoothingEnabled = true; pen.drawImage(layer.image, LEFT, 0, W - LEFT, H - BELOW);
  if (show.graph) {
    pen.strokeStyle = '#20262c'; pen.globalAlpha = .35; pen.lineWidth = .6; pen.beginPath();
    for (const [a, b, c, d] of DATA.edges) { pen.moveTo(x(a), y(b)); pen.lineTo(x(c), y(d)); }
    pen.stroke(); pen.globalAlpha = 1;
  }
  if (show[PICTURES]) drawPictures(pen);
  if (show[DATA.shown.name]) for (const {color, points} of DATA.shown.groups) {
    pen.strokeStyle = pen.fillStyle = color; pen.lineWidth = 1.4; pen.beginPath();
    if (DATA.shown.joined) points.forEach(([a, b], k) => k ? pen.lineTo(x(a), y(b)) : pen.moveTo(x(a), y(b)));
    pen.stroke();
    for (const [a, b] of points) { pen.beginPath(); pen.arc(x(a), y(b), 2, 0, 7); pen.fill(); }
  }
  pen.strokeStyle = style('--line'); pen.strokeRect(LEFT, 0, W - LEFT, H - BELOW); pen.fillStyle = style('--ink');
  pen.textAlign = 'center';
  for (const v of ticks(left, right)) pen.fillText(v, x(v), H - BELOW + 18);
  pen.fillText(DATA.axes[0], (LEFT + W) / 2, H - 8);
  pen.textAlign = 'right'; for (const v of ticks(bottom, top_)) pen.fillText(v, LEFT - 6, y(v) + 5);
  pen.save(); pen.translate(14, (H - BELOW) / 2); pen.rotate(-Math.PI / 2); pen.textAlign = 'center';
  pen.fillText(DATA.axes[1], 0, 0); pen.restore();
  if (cell) {
    const [i, j] = cell; pen.strokeStyle = '#c8102e'; pen.lineWidth = 2; pen.beginPath();
    pen.arc(x(left + j / (n - 1) * (right - left)), y(bottom + i / (n - 1) * (top_ - bottom)), 7, 0, 7); pen.stroke();
  }
  if (cell && pictures) drawPicture(pen);
  drawBar(layer); map.setAttribute('data-layer', layer.name);
}
// The sprite has one decoded picture for each of `side` x `side` places of the map, from the top down.
function tile(pen, column, row, px, py, w, h) {
  pen.drawImage(sprite, column * pictures.width, row * pictures.height, pictures.width, pictures.height, px, py, w, h);
}
function drawPictures(pen) {
  const {side, width, height} = pictures, step = Math.ceil(side / 16), support = layers.find(l => l.name === 'support').values;
  const w = (W - LEFT) / side, h = (H - BELOW) / side;
  const share = step * Math.min(w / width, h / height) * .94, tw = share * width, th = share * height;
  pen.save(); pen.beginPath(); pen.rect(LEFT, 0, W - LEFT, H - BELOW); pen.clip();
  const cellOf = k => Math.round((k + .5) / side * (n - 1));
  for (let row = step >> 1; row < side; row += step) for (let column = step >> 1; column < side; column += step)
    if (support[(n - 1 - cellOf(row)) * n + cellOf(column)] > .5)
      tile(pen, column, row, LEFT + (column + .5) * w - tw / 2, (row + .5) * h - th / 2, tw, th);
  pen.restore();
}
function drawPicture(pen) {
  const [i, j] = cell, at = v => Math.min(pictures.side - 1, Math.floor(v * pictures.side / (n - 1)));
  const share = 112 / Math.max(pictures.width, pictures.height), w = share * pictures.width, h = share * pictures.height;
  const cx = LEFT + j / (n - 1) * (W - LEFT), cy = (H - BELOW) * (1 - i / (n - 1));
  const px = cx + 16 + w < W ? cx + 16 : cx - 16 - w, py = cy - 16 - h > 0 ? cy - 16 - h : cy + 16;
  pen.imageSmoothingEnabled = false; tile(pen, at(j), at(n - 1 - i), px, py, w, h);
  pen.strokeStyle = '#c8102e'; pen.lineWidth = 2; pen.strokeRect(px, py, w, h);
}
function drawBar(layer) {
  const pen = sized(bar, 110, H), [low, high] = layer.limits, gradient = pen.createLinearGradient(0, H - BELOW, 0, 0);
  DATA.scale.forEach((color, k) => gradient.addColorStop(k / (DATA.scale.length - 1), color));
  pen.fillStyle = gradient; pen.fillRect(4, 0, 18, H - BELOW); pen.fillStyle = style('--ink');
  for (const v of ticks(low, high)) pen.fillText(v, 28, Math.max(12, 5 + (H - BELOW) * (1 - (v - low) / (high - low))));
  pen.save(); pen.translate(100, (H - BELOW) / 2); pen.rotate(-Math.PI / 2); pen.textAlign = 'center';
  pen.fillText(layer.label, 0, 0); pen.restore();
}
function tell() {
  const [i, j] = cell, k = i * n + j, parts = layers.map(l => `${l.label}: ${l.values[k].toPrecision(4)}`);
  const a = left + j / (n - 1) * (right - left), b = bottom + i / (n - 1) * (top_ - bottom);
  told.textContent = `at ${a.toFixed(2)}, ${b.toFixed(2)}: ${parts.join('; ')}`; draw();
}
const clamp = v => Math.min(n - 1, Math.max(0, v));
map.addEventListener('pointermove', event => {
  const box = map.getBoundingClientRect(), px = event.clientX - box.left, py = event.clientY - box.top;
  if (px < LEFT || py > H - BELOW) return;
  cell = [clamp(Math.round((1 - py / (H - BELOW)) * (n - 1))), clamp(Math.round((px - LEFT) / (W - LEFT) * (n - 1)))];
  tell();
});
map.addEventListener('keydown', event => {
  const step = {ArrowUp: [2, 0], ArrowDown: [-2, 0], ArrowLeft: [0, -2], ArrowRight: [0, 2]}[event.key];
  if (!step) return;
  event.preventDefault(); cell = cell || [n >> 1, n >> 1];
  cell = [clamp(cell[0] + step[0]), clamp(cell[1] + step[1])]; tell();
});
function control(kind, name, text, on, act) {
  const label = document.createElement('label'), input = document.createElement('input');
  input.type = kind; input.name = name; input.checked = on; input.addEventListener('change', () => act(input));
  label.append(input, ' ' + text); form.append(label);
}
layers.forEach((layer, k) => control('radio', 'layer', layer.name, k === 0, () => { chosen = k; draw(); }));
for (const name of Object.keys(show))
  control('checkbox', name, name, show[name], input => { show[name] = input.checked; draw(); });
let waiting = layers.length + (pictures ? 1 : 0);
const loaded = () => { if (!--waiting) draw(); };
if (pictures) { sprite.onload = loaded; sprite.src = pictures.sprite; }
layers.forEach(layer => { layer.image.onload = loaded; layer.image.src = layer.picture; });

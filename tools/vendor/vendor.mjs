#!/usr/bin/env node
// Re-creates web/assets/vendor/ from the npm packages pinned in package-lock.json.
//   npm ci --ignore-scripts && node vendor.mjs            write the files and vendor.toml
//   npm ci --ignore-scripts && node vendor.mjs --check    rebuild in memory, compare sha256 with vendor.toml and the files
//   node vendor.mjs --check          (no node_modules)    compare the committed files with vendor.toml only
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, 'node_modules');
const out = join(here, '..', '..', 'web', 'assets', 'vendor');
const pinned = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).devDependencies;

const ICONS = `home search menu-2 x check alert-triangle alert-circle info-circle file file-text files upload download
paperclip trash edit plus eye eye-off lock lock-open key user users building building-bank building-community gavel
certificate license clipboard-check clipboard-list clipboard-text checklist list-check calendar calendar-event clock
clock-hour-4 bell mail send database table api chart-bar report box package category tag coin receipt scale shield
shield-check history timeline language logout login settings help external-link copy qrcode printer chevron-down
chevron-right chevron-left arrow-left arrow-right refresh filter star world rss hand-stop player-pause player-play ban
chevron-up arrow-back-up device-floppy phone typography contrast link archive dots git-compare`.split(/\s+/);

const sha256 = (data) => createHash('sha256').update(data).digest('hex');
const fromPackage = (pkg, path) => readFileSync(join(modules, pkg, path), 'utf8');

function tablerCss() {
  return fromPackage('@tabler/core', 'dist/css/tabler.min.css')
    .replace(/\/\*#\s*sourceMappingURL=[^*]*\*\//g, '')
    .replace(/@import\s+(?:url\()?["']?(?:https?:)?\/\/[^;]*;/g, '')
    .trimEnd() + '\n';
}

function sprite() {
  const symbols = ICONS.map((name) => {
    const svg = fromPackage('@tabler/icons', `icons/outline/${name}.svg`);
    const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, '').replace(/<\/svg>\s*$/, '')
      .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, '')
      .replace(/\s*\n\s*/g, '').replace(/\s*\/>/g, '/>').trim();
    if (!/^(<(path|circle|rect|line|polyline|ellipse) [^<>]*\/>)+$/.test(body)) throw new Error(`icon ${name}: unexpected content`);
    return `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"`
      + ` stroke-linecap="round" stroke-linejoin="round">${body}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n<!-- Tabler Icons ${pinned['@tabler/icons']}, MIT, see LICENSES/tabler-icons.txt -->\n`
    + symbols.join('\n') + '\n</svg>\n';
}

// @tabler/core ships no licence file: the MIT text with the copyright lines of its CSS banner.
function tablerLicence() {
  const lines = fromPackage('@tabler/core', 'dist/css/tabler.min.css').slice(0, 600).match(/Copyright[^\n]*/g);
  return `The MIT License (MIT)

${lines.map((l) => l.trim()).join('\n')}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in
all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN
THE SOFTWARE.
`;
}

const FILES = [
  { name: 'tabler.min.css', package: '@tabler/core', licence: 'MIT', source: 'dist/css/tabler.min.css',
    note: 'sourceMappingURL comment and remote @import removed', make: tablerCss },
  { name: 'htmx.min.js', package: 'htmx.org', licence: '0BSD', source: 'dist/htmx.min.js',
    note: 'unchanged', make: () => fromPackage('htmx.org', 'dist/htmx.min.js') },
  { name: 'icons.svg', package: '@tabler/icons', licence: 'MIT', source: 'icons/outline/*.svg',
    note: `${ICONS.length} icons joined into one sprite`, make: sprite },
  { name: 'LICENSES/tabler.txt', package: '@tabler/core', licence: 'MIT', source: 'dist/css/tabler.min.css',
    note: 'package has no licence file: MIT text with the copyright lines of the CSS banner', make: tablerLicence },
  { name: 'LICENSES/htmx.txt', package: 'htmx.org', licence: '0BSD', source: 'LICENSE',
    note: 'unchanged', make: () => fromPackage('htmx.org', 'LICENSE') },
  { name: 'LICENSES/tabler-icons.txt', package: '@tabler/icons', licence: 'MIT', source: 'LICENSE',
    note: 'unchanged', make: () => fromPackage('@tabler/icons', 'LICENSE') },
];

function toToml(rows) {
  return '# Made by tools/vendor/vendor.mjs; do not edit. sha256 is of the file in this folder.\n'
    + rows.map((r) => '\n[[file]]\n' + Object.entries(r).map(([k, v]) => `${k} = ${JSON.stringify(v)}\n`).join('')).join('');
}

function build() {
  return FILES.map(({ make, ...meta }) => {
    const version = JSON.parse(fromPackage(meta.package, 'package.json')).version;
    if (version !== pinned[meta.package]) throw new Error(`${meta.package}: ${version} installed, ${pinned[meta.package]} wanted`);
    const data = Buffer.from(make(), 'utf8');
    const { name, package: pkg, licence, source, note } = meta;
    return { data, row: { name, package: pkg, version, licence, source, note, sha256: sha256(data) } };
  });
}

const check = process.argv.includes('--check');
const installed = existsSync(modules);
if (!check) {
  if (!installed) { console.error('run "npm ci --ignore-scripts" in tools/vendor first'); process.exit(2); }
  const built = build();
  mkdirSync(join(out, 'LICENSES'), { recursive: true });
  for (const { data, row } of built) {
    writeFileSync(join(out, row.name), data);
    console.log(`${row.sha256}  ${row.name}  ${data.length} bytes`);
  }
  writeFileSync(join(out, 'vendor.toml'), toToml(built.map((b) => b.row)));
} else {
  const toml = readFileSync(join(out, 'vendor.toml'), 'utf8');
  let bad = 0;
  const listed = [...toml.matchAll(/^name = "([^"]+)"$[\s\S]*?^sha256 = "([0-9a-f]{64})"$/gm)].map((m) => [m[1], m[2]]);
  for (const f of FILES) if (!listed.some(([n]) => n === f.name)) { console.error(`MISSING in vendor.toml: ${f.name}`); bad++; }
  for (const [name, want] of listed) {
    const path = join(out, name);
    const got = existsSync(path) ? sha256(readFileSync(path)) : 'no file';
    if (got !== want) { console.error(`DIFFERS ${name}: ${got}, vendor.toml has ${want}`); bad++; }
  }
  if (installed) {
    if (toToml(build().map((b) => b.row)) !== toml) { console.error('DIFFERS: vendor.toml is not what the packages give'); bad++; }
  } else console.error('node_modules absent: packages not compared (npm ci --ignore-scripts)');
  console.log(bad ? `${bad} problem(s)` : `ok: ${listed.length} files`);
  process.exitCode = bad ? 1 : 0;
}

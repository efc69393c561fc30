"""A real headless browser: what a page holds once it is laid out, at any width."""

import json
import re
import shutil
import subprocess
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_PROBE = """<!doctype html><meta charset="utf-8"><body style="margin:0"><pre id="found"></pre>
<iframe id="page" src="{page}" style="border:0;width:{width}px;height:2000px"></iframe><script>
window.onload = () => {{
  const page = document.getElementById("page").contentDocument;
  const box = (node) => node.getBoundingClientRect();
  const texts = [...page.querySelectorAll("svg text")].filter((node) => node.textContent.trim());
  document.getElementById("found").textContent = JSON.stringify({{
    title: page.title,
    width: page.documentElement.scrollWidth,
    headings: [...page.querySelectorAll("h1, h2, h3")].map((node) => node.textContent),
    drawings: [...page.querySelectorAll("svg")].map((node) => [node.getAttribute("aria-label"), box(node).width]),
    words: texts.map((node) => node.textContent),
    smallest: Math.min(...texts.map((node) => parseFloat(getComputedStyle(node).fontSize)
        * node.ownerSVGElement.getScreenCTM().a)),
    outside: texts.filter((node) => box(node).left < box(node.ownerSVGElement).left - 12
        || box(node).right > box(node.ownerSVGElement).right + 12).map((node) => node.textContent),
    names: [...page.querySelectorAll("td.name")].map((node) => node.textContent),
    scripts: page.querySelectorAll("script").length,
    attributes: [...page.querySelectorAll("*")].flatMap((node) => node.getAttributeNames()).filter((name) =>
        name.startsWith("on")),
    links: [...page.querySelectorAll("a[href]")].map((node) => node.getAttribute("href")),
    broken: [...page.querySelectorAll("svg use")].filter((node) =>
        !page.querySelector(node.getAttribute("xlink:href") || node.getAttribute("href"))).length,
    text: page.body.innerText,
  }});
}};
</script>"""


def find() -> str:
    """The browser; the test is skipped where there is none."""
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    pytest.skip(f"no headless browser is installed: none of {', '.join(_NAMES)} is on PATH")


@cache
def look(page: Path, width: int) -> dict[str, Any]:
    """What a browser makes of a page that is `width` CSS pixels wide; what it needs lies beside the page's folder."""
    scratch = page.parent.parent
    probe = scratch / f"probe-{width}.html"
    probe.write_text(_PROBE.format(page=page.as_uri(), width=width), encoding="utf-8")
    done = subprocess.run(
        [
            find(),
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--allow-file-access-from-files",
            f"--user-data-dir={scratch / 'browser'}",
            "--window-size=1400,2000",
            "--dump-dom",
            probe.as_uri(),
        ],
        capture_output=True,
        timeout=90,
        check=True,
    )
    found = re.search(r'<pre id="found">(.*?)</pre>', done.stdout.decode(), re.DOTALL)
    assert found is not None
    return dict(json.loads(unescape(found[1])))

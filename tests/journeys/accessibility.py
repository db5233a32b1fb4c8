"""Whether a page can be used by everybody, judged by axe-core."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = (Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"], "preload": False, "iframes": False}
PARTS = """() => {
  const judgedByValue = ["role", "type", "scope", "lang", "tabindex", "aria-expanded", "aria-current", "aria-hidden"];
  const one = element => {
    const names = element.getAttributeNames().filter(name => !/^(hx|data)-/.test(name)).sort();
    const said = names.map(name => judgedByValue.includes(name) ? `${name}=${element.getAttribute(name)}` : name);
    const text = Array.from(element.childNodes).some(node => node.nodeType === 3 && node.data.trim());
    const shown = element.checkVisibility();
    const classes = [...element.classList].sort().join(".");
    return `${element.localName}.${classes}[${said}]${text ? "T" : ""}${shown ? "" : "-"}`;
  };
  const chain = element => element ? [one(element), ...chain(element.parentElement)] : [];
  const parts = Array.from(document.querySelectorAll("*"), element => chain(element).slice(0, 5).join("<"));
  return Array.from(new Set(parts));
}"""


class Judge:
    """Axe takes longer than the page itself, so a page made only of parts it has passed is not shown to it again.

    A part is an element with its attributes below its parents, at one size of the window.
    """

    def __init__(self) -> None:
        """Have seen nothing yet."""
        self._passed: set[tuple[int, str]] = set()

    def objections(self, page: Page) -> list[str]:
        """What is wrong with a page as it stands, a line each."""
        width = page.viewport_size["width"] if page.viewport_size else 0
        parts = {(width, part) for part in page.evaluate(PARTS)}
        if parts <= self._passed:
            return []
        # past the content security policy, as a tool of the visitor's own would be
        found = page.evaluate(f"async options => {{ {AXE}; return axe.run(document, options); }}", OPTIONS)[
            "violations"
        ]
        if not found:
            self._passed |= parts
        return [f"{fault['id']}: {fault['nodes'][0]['html']}" for fault in found]

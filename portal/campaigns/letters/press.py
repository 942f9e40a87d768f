"""Draw HTML as a tagged PDF, in a process of its own: python -m portal.campaigns.letters.press.

HTML comes on standard input, the PDF goes to standard output. Apart, because WeasyPrint needs
seconds to load, much memory for many pages, and libraries that a bare machine lacks: without them
everything else runs on. Nothing is fetched but data in the HTML itself and our own fonts.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from portal.campaigns.letters.errors import PressFailed, PressMissing

LIBRARIES_MISSING = 69  # EX_UNAVAILABLE
PATIENCE_S = 240
ROOT = Path(__file__).resolve().parents[3]
FONTS = ROOT / "portal" / "static" / "vendor"
# fontTools stamps the fonts it cuts with the time; sets come out in one order.
SAME_BYTES = {"SOURCE_DATE_EPOCH": "1767225600", "PYTHONHASHSEED": "0"}
WEIGHTS = (400, 700)
PARTS = ("latin", "latin-ext")


def printed(html: str, patience_s: float = PATIENCE_S) -> bytes:
    """Return the PDF of a document; the same document gives the same bytes.

    Raises PressMissing without WeasyPrint's libraries, PressFailed when it dies or takes too long.
    """
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    try:
        child = subprocess.run(
            [sys.executable, "-m", "portal.campaigns.letters.press"],
            input=html.encode(),
            capture_output=True,
            timeout=patience_s,
            env={**os.environ, **SAME_BYTES, "PYTHONPATH": path},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PressFailed from None
    if child.returncode == LIBRARIES_MISSING:
        raise PressMissing
    if child.returncode or not child.stdout.startswith(b"%PDF"):
        raise PressFailed(child.stderr.decode(errors="replace")[-500:])
    return child.stdout


def font_faces() -> str:
    """Return the CSS that names our fonts; the extended part is a family of its own."""
    return "\n".join(
        f'@font-face {{ font-family: "{part}"; font-weight: {weight};'
        f' src: url("{(FONTS / f"hyperlegible-{part}-{weight}.woff").as_uri()}"); }}'
        for part in PARTS
        for weight in WEIGHTS
    )


def main() -> int:
    """Return 0 when the PDF is written, LIBRARIES_MISSING when it cannot be drawn here."""
    try:
        from weasyprint import CSS, HTML, URLFetcher
        from weasyprint.text.fonts import FontConfiguration
    except OSError as missing:
        print(missing, file=sys.stderr)  # noqa: T201 (our parent reads it)
        return LIBRARIES_MISSING
    fetcher = URLFetcher(allowed_protocols=("data", "file"), allow_redirects=False)
    fonts = FontConfiguration()
    document = HTML(string=sys.stdin.buffer.read().decode(), url_fetcher=fetcher)
    faces = CSS(string=font_faces(), font_config=fonts, url_fetcher=fetcher)
    sys.stdout.buffer.write(
        document.write_pdf(stylesheets=[faces], font_config=fonts, pdf_variant="pdf/ua-1")
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

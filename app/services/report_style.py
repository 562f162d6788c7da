"""How the printed report looks, and the policy that lets in nothing but that."""

from base64 import b64encode
from hashlib import sha256

from app.core.plots import BLUE, FONTS

# Paper is white and may be small: sizes in points, a figure and its table stay together.
STYLE = f"""
@page {{ size: A4; margin: 18mm 16mm }}
* {{ box-sizing: border-box }}
body {{ font: 11pt/1.7 {FONTS}; color: #1a1a1a; background: #fff; max-width: 178mm;
  margin: 0 auto; padding: 8mm 0 }}
h1 {{ font-size: 18pt; line-height: 1.3; text-align: center; margin: 0 0 6mm }}
h2 {{ font-size: 13pt; margin: 9mm 0 3mm; border-left: 3pt solid {BLUE}; padding-left: 3mm;
  break-after: avoid }}
h3 {{ font-size: 10.5pt; margin: 4mm 0 1mm; break-after: avoid }}
p.lead {{ font-size: 12pt; text-indent: 2em; margin: 0 0 6mm }}
html[lang="en"] p.lead {{ text-indent: 0 }}
table {{ width: 100%; border-collapse: collapse; font-size: 9.5pt; line-height: 1.45;
  font-variant-numeric: tabular-nums; margin: 2mm 0 }}
caption {{ text-align: left; color: #555; padding-bottom: 1mm }}
th, td {{ padding: 1.2mm 2mm; border-bottom: .5pt solid #c4c9cf; text-align: left }}
th {{ background: #eef2f6; font-weight: 600 }}
thead {{ display: table-header-group }}
tr {{ break-inside: avoid }}
td.n, th.n {{ text-align: right; white-space: nowrap }}
figure {{ margin: 3mm 0; break-inside: avoid }}
figure svg {{ display: block; width: 100%; height: auto }}
.panels {{ display: grid; grid-template-columns: 1fr 1fr; gap: 2mm 6mm }}
section.page {{ break-before: page }}
footer {{ margin-top: 8mm; font-size: 8.5pt; color: #555; border-top: .5pt solid #c4c9cf;
  padding-top: 2mm }}
@media screen {{ body {{ padding: 12mm 8mm; max-width: 194mm }}
  section.page {{ margin-top: 14mm }} }}
"""
POLICY = (
    "default-src 'none'; base-uri 'none'; form-action 'none'; style-src"
    f" 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'"
)

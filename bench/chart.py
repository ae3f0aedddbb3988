# A bar chart as SVG, readable on light and dark pages.
import html

BAR, GAP, HEAD = 16, 5, 30
LEFT, PLOT, RIGHT = 150, 520, 90
COLOURS = {"tokenledgerd": "#2f7d4f", "limit": "#b8963e"}
OTHER = "#6b7f99"
STYLE = ("text{font:12px sans-serif;fill:#333}.head{font-weight:bold}"
         "@media(prefers-color-scheme:dark){text{fill:#ddd}}")
LOADS = {"distinct": "distinct purchases", "hot": "one hot account", "duplicate": "all duplicates",
         "refund": "purchases and their refunds"}


def svg(groups):
    """`groups`: (load, [(who, requests per second)]); each group has a scale of its own."""
    parts = []
    top = 8
    for load, bars in groups:
        parts.append(f'<text class="head" x="8" y="{top + 16}">{html.escape(LOADS[load])}, requests per second</text>')
        top += HEAD
        scale = PLOT / max(max(rate for _, rate in bars), 1)
        for who, rate in bars:
            length = max(rate * scale, 1)
            parts.append(f'<text x="{LEFT - 8}" y="{top + 12}" text-anchor="end">{html.escape(who)}</text>'
                         f'<rect x="{LEFT}" y="{top}" width="{length:.1f}" height="{BAR}" '
                         f'fill="{COLOURS.get(who, OTHER)}"/>'
                         f'<text x="{LEFT + length + 6:.1f}" y="{top + 12}">{rate:,.0f}</text>')
            top += BAR + GAP
        top += 8
    size = f'width="{LEFT + PLOT + RIGHT}" height="{top}" viewBox="0 0 {LEFT + PLOT + RIGHT} {top}"'
    return (f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">\n<style>{STYLE}</style>\n'
            + "\n".join(parts) + "\n</svg>\n")

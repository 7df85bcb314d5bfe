"""The book's formulas: compared with rows of signs and spaces written by hand, and with MathJax in a browser."""

import io
import json
import re
import statistics
from pathlib import Path
from xml.etree import ElementTree

import pytest
from lab import in_chromium
from pages import chromium, visit

from course_utils.authoring import content

pytest.importorskip("latex2mathml", reason="the book's extra is not installed: `pip install -e .[site]`")
from course_utils.publishing import formulas

ROOT = Path(__file__).resolve().parents[2]
THIN, MEDIUM, THICK = formulas.THIN, formulas.MEDIUM, formulas.THICK


def row(tex, displayed=True):
    """A formula's symbols in order, and the spaces between them, from the first row down."""
    found = []

    def walk(one):
        if one.tag == "mspace":
            found.append(one.get("width"))
        before, after = one.get("lspace", "0"), one.get("rspace", "0")
        found.extend([before] * (before != "0"))
        found.extend([one.text] if one.text else [])
        for child in one:
            walk(child)
        found.extend([after] * (after != "0"))

    for math in ElementTree.fromstring(f"<all>{formulas.mathml(tex, displayed)}</all>"):
        walk(math)
    return found


@pytest.mark.parametrize(
    ("tex", "spaced"),
    [
        ("a+b", ["a", MEDIUM, "+", MEDIUM, "b"]),
        ("-a", ["−", "a"]),
        ("(-a)", ["(", "−", "a", ")"]),
        ("a=-b", ["a", THICK, "=", THICK, "−", "b"]),
        ("|a|-|b|", ["|", "a", "|", MEDIUM, "−", MEDIUM, "|", "b", "|"]),
        (r"w \cdot x", ["w", MEDIUM, "·", MEDIUM, "x"]),
        (r"W \sim N", ["W", THICK, "∼", THICK, "N"]),
        (r"2\tanh x", ["2", THIN, "tanh", THIN, "x"]),
        (r"\tanh(x)", ["tanh", "(", "x", ")"]),
        (r"\operatorname{Var}(x)", ["Var", "(", "x", ")"]),
        ("f(x, y)", ["f", "(", "x", ",", THIN, "y", ")"]),
        ("a/b", ["a", "/", "b"]),
        (r"\partial L / \partial w", ["∂", "L", "/", "∂", "w"]),
        ("x_{i-1}", ["x", "i", "−", "1"]),  # small: only names keep their spaces
        (r"n\frac12", ["n", THIN, "1", "2"]),
        (r"\varphi''(0)", ["φ", "″", "(", "0", ")"]),
    ],
)
def test_spaces_are_those_of_tex(tex, spaced):
    assert row(tex) == spaced


def test_alphabets_are_characters_of_their_own():
    """Browsers have ceased to read the attribute that said so."""
    assert row(r"\mathbf{1}\mathbf{W}") == ["𝟏", "𝐖"]
    assert row(r"\mathcal L \mathbb E \mathbb R") == ["ℒ", "𝔼", "ℝ"]
    assert row(r"\texttt{tanh}") == ["𝚝𝚊𝚗𝚑"]
    assert row(r"\mathrm{E}[x]") == ["E", "[", "x", "]"] and "<mtext>E" in formulas.mathml(r"\mathrm{E}", False)


def test_columns_meet_at_the_sign():
    made = ElementTree.fromstring(formulas.mathml(r"\begin{aligned} a &= b \\ c &= d \end{aligned}", True))
    sides = [re.search(r"-webkit-(\w+)", cell.get("style"))[1] for cell in made.iter("mtd")]
    assert sides == ["right", "left"] * 2


def test_a_large_bracket_with_an_index_stands_beside_its_partner():
    made = ElementTree.fromstring(formulas.mathml(r"a \big(b\big)^2", True))
    inner, index = made.find(".//msup")
    assert ["".join(inner.itertext()), index.text] == ["(b)", "2"]


def test_a_long_formula_in_a_line_may_be_broken_after_a_relation():
    tex = r"\delta^l = (1 \cdot 3 + 2 \cdot 4) \cdot f'(0) = 11 \cdot 1.1439 = 12.583"
    assert formulas.mathml(tex, False).count("<math") == 4
    assert formulas.mathml(tex, True).count("<math") == formulas.mathml(r"\sigma_w = 1", False).count("<math") == 1
    assert "".join(row(tex, False)) == "".join(row(tex, True))


def test_no_line_ends_between_a_formula_and_its_full_stop():
    page = "<p>If (<math>a</math> and <math>b</math>), <math>c</math>.</p><math>d</math> or <math>e</math>"
    kept = [r'<span class="together">(<math>a</math></span>', "<math>b</math>),", "<math>c</math>."]
    assert all(part in formulas.together(page) for part in kept) and formulas.together(page).count("together") == 3


@pytest.mark.parametrize("tex", [r"\foo", r"a & b", r"\text{a \foo{b}}"])
def test_what_cannot_be_set_is_refused(tex):
    with pytest.raises(ValueError, match="does not know"):
        formulas.mathml(tex, False)


@pytest.fixture(scope="module")
def displayed():
    """The formulas on lines of their own, of all lessons and solutions, as (TeX, MathML), parts apart."""
    texts = [
        cell.source
        for folder in (*content.LESSONS, "solutions")
        for path in content.notebooks(ROOT, folder)
        for cell in content.read(path).cells
        if cell.cell_type == "markdown"
    ]
    found = [formula for text in texts for formula in re.findall(r"\$\$(.+?)\$\$", text, re.DOTALL)]
    parts = sorted({part for formula in found for part in formulas.beside(formula)})
    return [(part, formulas.mathml(part, True)) for part in parts]


def test_the_font_has_each_character_upright_and_slanted(displayed):
    from fontTools.ttLib import TTFont

    used = formulas.characters(made for _, made in displayed)
    font = TTFont(io.BytesIO(formulas.subset(used)))
    known = {chr(code) for code in font.getBestCmap()}
    assert len(used) > 80 and sorted({*used, *"√ℎ𝑊𝜎𝜖𝜑"} - known) == []
    # As wide as the small root are all: Chromium keeps room for the widest.
    upright = font["MATH"].table.MathVariants
    forms = upright.VertGlyphConstruction[upright.VertGlyphCoverage.glyphs.index(font.getBestCmap()[ord("√")])]
    widths = [font["hmtx"][form.VariantGlyph][0] for form in forms.MathGlyphVariantRecord]
    widths += [font["hmtx"][part.glyph][0] for part in forms.GlyphAssembly.PartRecords]
    assert len(widths) > 3 and len(set(widths)) == 1


# The width of each formula as the page draws it, and as MathJax does.
WIDTHS = """() => MathJax.startup.promise.then(() => document.fonts.ready).then(() =>
  [...document.querySelectorAll('p')].map(p => ['mrow', 'svg'].map(
    part => p.querySelector(part).getBoundingClientRect().width)))"""


@in_chromium
def test_formulas_are_about_as_wide_as_in_mathjax(displayed, tmp_path):
    """What is left out, or drawn twice, or not drawn as one sign, makes them differ."""
    (tmp_path / "formulas.woff").write_bytes(formulas.subset(formulas.characters(made for _, made in displayed)))
    (tmp_path / "mathjax.js").write_bytes(content.vendored(*content.MATHJAX).read_bytes())
    shown = "\n".join(f"<p>{made} <span>\\[{tex.replace('<', '&lt;')}\\]</span></p>" for tex, made in displayed)
    settings = json.dumps({"options": {"enableMenu": False}, "svg": {"fontCache": "local"}})
    (tmp_path / "page.html").write_text(
        "<!DOCTYPE html><meta charset='utf-8'><style>@font-face { font-family: f; src: url(formulas.woff); }"
        "math { font-family: f; } p { width: 3000px; }</style>"
        f"<script>MathJax = {settings}</script><script src='mathjax.js' defer></script>{shown}",
        encoding="utf-8",
    )
    with (
        chromium() as browser,
        visit(browser, tmp_path / "page.html", "window.MathJax?.startup?.promise") as (page, wrong),
    ):
        widths = page.evaluate(WIDTHS)
    ratios = {tex: ours / theirs for (tex, _), (ours, theirs) in zip(displayed, widths)}
    usual = statistics.median(ratios.values())  # of letters that are not the same
    assert wrong == [] and len(ratios) > 100
    assert {tex: round(ratio / usual, 2) for tex, ratio in ratios.items() if not 0.85 < ratio / usual < 1.2} == {}

"""The book's formulas as MathML, which browsers draw themselves: TeX in, elements with TeX's spacing out; their font.

latex2mathml knows the commands. What it leaves to a browser's table of operators, or writes as browsers have ceased to
read it, is settled here: the spaces between symbols (The TeXbook, chapter 18), bold and other alphabets, boxes.
"""

import html
import io
import logging
import re
import unicodedata
from xml.etree import ElementTree

from course_utils.authoring import content

FONT = ("ziamath", "fonts/STIXTwoMath-Regular.ttf")  # SIL Open Font License 1.1

# TeX's classes of signs: names, sums and integrals are "op", all else "ord".
KINDS = {
    "open": "([{⟨",
    "close": ")]}⟩!′″‴",
    "punct": ",;",
    "bin": "+−-±∓×·⋅⊙∗*∘",
    "rel": "=≠≈≤≥<>∼∝∈→←↔⇒⟹↦≪≫≲≳≡:",
    "inner": "…⋯",
    "ord": "∂∇∞⊤∎■∅∀∃/.",  # latex2mathml has some of them as operators
}
LONG = 24  # characters, from which on a formula in a line of text may be broken
TALLEST = 7  # forms of a bracket: the last is 2.4 em tall
# The spaces of TeX, those between neighbours that an index has too, and those that it has not.
THIN, MEDIUM, THICK = "0.1667em", "0.2222em", "0.2778em"
ALWAYS = {("ord", "op"), ("op", "ord"), ("op", "op"), ("close", "op"), ("inner", "op"), ("op", "inner")}
INNER = {("ord", "inner"), ("inner", "ord"), ("inner", "inner"), ("close", "inner"), ("inner", "open")}
SCRIPTED = ("msub", "msup", "msubsup", "munder", "mover", "munderover")
ROW = {"math", "mrow", "mstyle", "mtd", "mpadded", "mphantom"}
BOX = "border: 1px solid; padding: 0.4em 0.6em"
ACCENTS = {"^": ("ˆ", "false"), "~": ("˜", "false"), "¯": ("¯", "false"), "―": ("‾", "true")}  # those that stretch
# An alphabet's name in Unicode, by MathML's old attribute.
ALPHABETS = {
    "bold": "BOLD",
    "italic": "ITALIC",
    "bold-italic": "BOLD ITALIC",
    "double-struck": "DOUBLE-STRUCK",
    "script": "SCRIPT",
    "fraktur": "FRAKTUR",
    "monospace": "MONOSPACE",
    "sans-serif": "SANS-SERIF",
}


def mathml(tex, displayed):
    """A formula as a `math` element; ValueError if a command is not known. displayed: drawn large, on a line alone."""
    from latex2mathml.converter import Converter

    tex = re.sub(r"\\(begin|end)\{aligned\}", r"\\\1{split}", tex)
    tex = re.sub(r"(\\text\{[^{}]*)(\\textbf\{[^{}]*\})", r"\1}\2\\text{", tex)
    tex = re.sub(r"\\mathrm\{([A-Za-z]+)\}", r"\\text{\1}", tex)
    math = Converter(display="block" if displayed else "inline").convert_to_element(tex)
    math.attrib = {"displaystyle": "true"} if displayed else {}
    for one in math.iter():
        one.text = html.unescape(one.text or "") or None
    for one in list(math.iter()):
        _modern(one)
        _group(one)
    unknown = [one.text for one in math.iter() if re.search(r"[\\&^_]", one.text or "")]
    if unknown:
        raise ValueError(f"latex2mathml does not know {unknown[0]} in ${tex}$.")
    _space(math, index=False)
    lines = [math] if displayed or len("".join(math.itertext())) < LONG else _lines(math)
    return "".join(ElementTree.tostring(line, encoding="unicode") for line in lines)


def beside(formula):
    """The parts of a formula with a wide space between them, which may as well stand below each other."""
    parts = []
    for part in formula.split(r"\qquad"):
        if parts and any(parts[-1].count(a) != parts[-1].count(b) for a, b in (("{", "}"), (r"\begin", r"\end"))):
            parts[-1] += rf"\qquad {part}"  # a space inside something
        else:
            parts.append(part.strip())
    return [part for part in parts if part]


def together(page):
    """The HTML of a page in which no line ends between a formula and what belongs to it: a bracket, a full stop."""
    formula = r"[(\[]*<math(?:(?!</math>).)*</math>[.,;:!?)\]’”]*"
    keep = '<span class="together">{}</span>'.format
    return re.sub(
        formula, lambda found: found[0] if found[0][0] + found[0][-1] == "<>" else keep(found[0]), page, flags=re.DOTALL
    )


def characters(pages):
    """All characters in the formulas of some pages."""
    found = (
        html.unescape(re.sub("<[^>]*>", "", one)) for page in pages for one in re.findall("(?s)<math.*?</math>", page)
    )
    return sorted(set("".join(found)))


def subset(characters):
    """The font with these characters, upright and slanted, small and large, as the bytes of a WOFF file."""
    from fontTools import subset as fonttools

    logging.getLogger("fontTools").setLevel(logging.WARNING)
    options = fonttools.Options(flavor="woff", layout_features=["dtls"], hinting=False, notdef_outline=True)
    options.name_IDs = ["*"]  # whose it is, and its licence
    chosen, out = fonttools.Subsetter(options), io.BytesIO()
    slanted = [_letter(letter, "ITALIC") for letter in characters]
    # Unicode's slanted h is Planck's constant; a root is no character of a formula.
    chosen.populate(text="".join([*characters, *slanted, "ℎ√"]))
    with fonttools.load_font(str(content.vendored(*FONT)), options) as font:
        _narrow(font)
        chosen.subset(font)
        fonttools.save_font(font, out, options)
    return out.getvalue()


def _narrow(font):
    """Make the large forms of a root as narrow as the small one, and leave out brackets taller than any formula.

    Chromium gives each root and bracket as much room as its widest form needs.
    """
    upright, widths, outlines = font["MATH"].table.MathVariants, font["hmtx"], font["glyf"]
    for name, forms in zip(upright.VertGlyphCoverage.glyphs, upright.VertGlyphConstruction):
        if name == font.getBestCmap()[ord("√")]:
            larger = [form.VariantGlyph for form in forms.MathGlyphVariantRecord]
            for one in {*larger, *(part.glyph for part in forms.GlyphAssembly.PartRecords)} - {name}:
                squeezed = widths[name][0] / widths[one][0]
                outlines[one].coordinates.scale((squeezed, 1))
                outlines[one].recalcBounds(outlines)
                widths[one] = (widths[name][0], outlines[one].xMin)
        else:
            forms.MathGlyphVariantRecord = forms.MathGlyphVariantRecord[:TALLEST]
            forms.VariantCount = len(forms.MathGlyphVariantRecord)
            forms.GlyphAssembly = None


def setup(app):
    """Sphinx: the renderer `mathml`, to be chosen in conf.py."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _inline(page, node):
    _write(page, node, [node.astext()], displayed=False)


def _block(page, node):
    page.body.append('<div class="formula">')
    _write(page, node, beside(node.astext().replace(r"\quad", r"\qquad")), displayed=True)


def _write(page, node, parts, displayed):
    """Add a formula to a page; a warning if it cannot be set."""
    from docutils import nodes
    from sphinx.util import logging

    try:
        page.body += [mathml(part, displayed) for part in parts] + ["</div>\n"] * displayed
    except Exception as error:  # latex2mathml has some twenty of its own
        logging.getLogger(__name__).warning("%s: %r", " ".join(parts), error, location=node)
    raise nodes.SkipNode


def _modern(one):
    """What MathML Core has no more, in other words."""
    variant, aligned = one.attrib.pop("mathvariant", None), one.attrib.pop("columnalign", None)
    if variant == "normal" and one.tag == "mi":
        one.set("mathvariant", "normal")
    elif variant in ALPHABETS and one.text:
        one.text = "".join(_letter(letter, ALPHABETS[variant]) for letter in one.text)
    if aligned:
        # Firefox knows Chromium's word for it; without children it is a gap between columns.
        one.set("style", f"text-align: -webkit-{aligned}; padding: {'0.3em 0' if len(one) else '0 1em'}")
    if one.tag == "msup" and one[1].text in ("′", "″", "‴"):  # raised by itself: no small one, raised again
        one.tag, one[1].tag = "mrow", "mo"
    if one.tag == "menclose":
        one.tag, one.attrib = "mrow", {"style": BOX}
    if one.tag == "mo" and one.get("minsize"):
        one.attrib |= {"stretchy": "true", "symmetric": "true"}
    elif one.text in ("|", "‖") and "form" not in one.attrib:
        one.set("stretchy", "false")
    elif one.text == "~":
        one.tag, one.text = "mo", "∼"
    accent = ACCENTS.get(one[1].text) if one.tag == "mover" else None
    if accent:
        one.set("accent", "true")
        one[1].text, one[1].attrib = accent[0], {"stretchy": accent[1]}


def _group(row):
    """Put a large bracket that has an index into a row with all from its partner on: there browsers draw it right."""
    for one in list(row):
        if one.tag in SCRIPTED and one[0].get("minsize"):
            before = list(row)[: list(row).index(one)]
            begin = next((i for i in reversed(range(len(before))) if before[i].get("minsize")), len(before))
            for inner in before[begin:]:
                row.remove(inner)
            group = ElementTree.Element("mrow")
            group.extend([*before[begin:], one[0]])
            one[0] = group


def _lines(math):
    """The formula in a line of text in parts, at the end of each of which the line may end: after a relation."""
    rows = [ElementTree.Element("mrow")]
    for one in math[0]:
        rows[-1].append(one)
        if _kind(one)[1] == "rel" and len(rows[-1]) > 1:
            rows.append(ElementTree.Element("mrow"))
    lines = [ElementTree.Element("math", math.attrib) for row in rows if len(row)]
    for line, row in zip(lines, rows):
        line.append(row)
    return lines


def _letter(letter, alphabet):
    """A letter or digit of an alphabet for mathematics; itself if the alphabet has none."""
    name = re.sub("LATIN |GREEK |LUNATE | LETTER", "", unicodedata.name(letter, ""))
    for known in (f"MATHEMATICAL {alphabet} {name}", f"{alphabet} {name}"):
        try:
            return unicodedata.lookup(known)
        except KeyError:
            pass
    return letter


def _kind(one):
    """What an element is for its neighbours, on its left and on its right: TeX's classes of atoms."""
    text = one.text or ""
    if one.tag == "mo" or one.tag == "mi":
        found = next((kind for kind, letters in KINDS.items() if text and text in letters), None)
        found = {"prefix": "open", "postfix": "close"}.get(one.get("form"), found)
        if found:
            return found, found
        named = text in ("∑", "∏", "∫") or (len(text) > 1 and text.isalpha())
        return ("op", "op") if named else ("ord", "ord")
    if one.tag in SCRIPTED:
        kinds = _kind(one[0])
        return kinds if one.tag[1] == "s" or kinds[0] in ("op", "rel") else ("ord", "ord")
    if one.tag == "mfrac":
        return "inner", "inner"
    if one.tag in ROW and len(one):
        if len(one) == 1:
            return _kind(one[0]) if one.tag == "mstyle" else ("ord", "ord")
        if _kind(one[0])[0] == "open" and _kind(one[-1])[1] == "close":
            return "open", "close"
    return "ord", "ord"


def _space(one, index):
    """Set the spaces in an element and all below it; index: it is set small."""
    if one.tag in ROW:
        _space_row(one, index)
    for i, child in enumerate(list(one)):
        if child.tag == "mo":
            child.attrib.setdefault("lspace", "0")
            child.attrib.setdefault("rspace", "0")
        small = index or (i > 0 and one.tag[1:4] in ("sub", "sup", "und", "ove"))
        _space(child, small)


def _space_row(row, index):
    """Set the spaces between the elements of a row."""
    bars, last, seen = 0, None, "open"
    for one in list(row):
        if one.tag == "mspace" or (one.tag == "mi" and not one.text):
            continue
        left, right = _kind(one)
        core = one[0] if one.tag in SCRIPTED else one
        if core.text in ("|", "‖") and "form" not in core.attrib:
            bars += 1
            left = right = "open" if bars % 2 else "close"
        if left == "bin" and seen in ("open", "bin", "rel", "punct", "op"):  # a sign, as in (-1)
            left = right = "ord"
        if seen == "bin" and left in ("rel", "close", "punct"):
            seen = "ord"
            if last is not None and last.tag == "mo":
                last.attrib.pop("lspace", None)
        gap = _gap(seen, left, index) if last is not None else None
        if gap:
            if one.tag == "mo":
                one.set("lspace", gap)
            elif last.tag == "mo":
                last.set("rspace", gap)
            else:
                row.insert(list(row).index(one), ElementTree.Element("mspace", width=gap))
        last, seen = one, right


def _gap(left, right, index):
    """The space between two neighbours."""
    if (left, right) in ALWAYS:
        return THIN
    if index:
        return None
    if "rel" in (left, right):
        return None if left == right or left == "open" or right in ("close", "punct") else THICK
    if "bin" in (left, right):
        return MEDIUM
    return THIN if (left, right) in INNER or (left == "punct" and right != "rel") else None

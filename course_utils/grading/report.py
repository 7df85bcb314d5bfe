"""What a grading run leaves to read: tables for a gradebook, a page for each student, and the report for you."""

import itertools
import math
import re
import statistics
from collections import Counter
from pathlib import Path

from course_utils.checks.verdict import OPEN, REVIEW, RIGHT, WRONG, Verdict
from course_utils.grading import answers, decisions, feedback, pages, tables
from course_utils.grading.results import (
    DECIDED,
    OUTCOMES,
    STATUS,
    WHOLE,
    doubtful,
    in_words,
    mark,
    points_of,
    said_of,
    state,
    states,
    title,
    who,
    whole,
)
from course_utils.grading.sandbox import host

UNKNOWN = "Another mistake, none of the known ones, such as:"
ISOLATED = "Isolation bwrap: each submission ran apart from this machine's files, the answers and the network."
MOST_CODE = 2_000_000  # characters of code in a report: longer answers are cut further until all have room
ORDER = (REVIEW, WRONG, OPEN, DECIDED, RIGHT)
SIGNS = {RIGHT: "✓", WRONG: "✗", OPEN: "–", REVIEW: "?", DECIDED: "✎"}


def files(results, exercises):
    """Yield (name, text) of all files of a run.

    results: as `run.work` makes them, and `decisions.applied` completes them
    exercises: {number: plans.Released}
    """
    yield "grades.csv", tables.grades(results)
    yield "totals.csv", tables.totals(results)
    for result in results:
        yield pages.page_of(result["submission"]), feedback.page(result, exercises)
    if text := words_page(results, exercises):
        yield "words.html", text
    yield "report.html", page(results, exercises)


def summary(results, out):
    """Return the run in a line."""
    rows = [row for result in results for row in result["rows"]]
    counts = Counter(STATUS[each] for result in results for each in states(result))
    shown = [status for status in dict.fromkeys(STATUS.values()) if counts[status] or status != STATUS[DECIDED]]
    said = ", ".join(f"{counts[status]} {status}" for status in shown)
    many = f"{pages.many(len(results), 'submission')}, {pages.many(len(rows), 'question')}"
    left = " Type points into decisions.csv, and run it again with --resume." if any(map(doubtful, results)) else ""
    return f"{many}: {said}. Isolation: {isolation(results)}. See {Path(out) / 'report.html'}.{left}"


def isolation(results):
    """Return the level, or levels, at which the submissions ran."""
    return ", ".join(sorted({result["isolation"] for result in results}))


def page(results, exercises):
    """Return the report: what is to decide, then each exercise with its grid and its answers, alike ones together."""
    people = _people(results)
    cards, places = _cards(results, people)
    by_exercise = {}
    for result in results:
        by_exercise.setdefault(result["exercise"], []).append(result)
    numbers = sorted(by_exercise, key=lambda number: (not number, len(number), number))
    return pages.page(
        "report.html",
        outcomes=OUTCOMES,
        signs=SIGNS,
        unknown=UNKNOWN,
        whole=WHOLE,
        many=len(results),
        counts=Counter(each for result in results for each in states(result)),
        promises=[host.promise(level) or ISOLATED for level in sorted({result["isolation"] for result in results})],
        waiting=[card for card in cards if card["mark"] == REVIEW],
        left=sum(len(doubtful(result)) for result in results),
        unread=sum(in_words(row) and state(row) == REVIEW for result in results for row in result["rows"]),
        written=any(in_words(row) for result in results for row in result["rows"]),
        exercises=[
            _exercise(number, pages.titles(number, exercises)[0], by_exercise[number], cards, places, people)
            for number in numbers
        ],
    )


def _people(results):
    """{submission: the name that is shown}: with its file, where several have the same; with the folder, if needed."""
    named, people = Counter(who(result) for result in results), {}
    filed = Counter((who(result), _file(result)) for result in results)
    for result in results:
        name = pages.name(who(result))
        file = _file(result) if filed[who(result), _file(result)] == 1 else result["submission"]
        people[result["submission"]] = name if named[who(result)] == 1 else f"{name} ({pages.name(file)})"
    return people


def _file(result):
    return result["submission"].rpartition("/")[2]


def words_page(results, exercises):
    """Return the page of all that was written in words, without names, in no order; "" if there is nothing."""
    asked = {id: each for released in exercises.values() for id, each in released.written.items()}
    found = {}
    for result in results:
        for row in result["rows"]:
            if in_words(row) and not whole(result) and not result.get("passed_over"):
                decision = row.get("decision", {"points": None, "comment": ""})
                entry = {"id": decisions.blind(result["submission"]), "text": result["code"][row["question"]]}
                found.setdefault(row["question"], []).append(decision | entry)
    questions = [
        {
            "title": title(id),
            "most": asked[id].points,
            "rubric": [_sentence(line) for line in asked[id].rubric.split("\n") if line],
            "entries": sorted(entries, key=lambda entry: entry["id"]),
        }
        for id, entries in sorted(found.items())
        if id in asked
    ]
    return pages.page("words.html", questions=questions) if questions else ""


def _sentence(line):
    """A line of a list, in parts: every other one is printed bold."""
    return re.split(r"\*\*(.+?)\*\*", pages.spoken(re.sub(r"^\d+\. ", "", line)))


# answers


def _cards(results, people):
    """What was found, and of each finding the answers with it: (cards, {(submission, question): its anchor}).

    A card is {"question", "mark", "stake", "words", "known", "answers": [{"id", "names", "code", ...}]}; alike answers
    share an entry. Doubts come first, the most points at stake before others, then what is most common.
    """
    groups = {}
    for result in results:
        doubts = {question: why for question, why, _ in doubtful(result)}
        if WHOLE in doubts:
            row = {"question": WHOLE, "max_points": points_of(result)[1], "points": 0}
            _into(groups, (WHOLE, REVIEW, doubts[WHOLE]), repr(result["student"] or result["submission"]), result, row)
            continue
        for row, each in zip(result["rows"], states(result), strict=True):
            source = result.get("code", {}).get(row["question"], "")
            if not (whole(result) or result.get("passed_over") or in_words(row)):
                alike = answers.plain(source) if source.strip() else ""
                _into(groups, (row["question"], each, _finding(row)), alike, result, row)
    counter, places, cards = itertools.count(1), {}, []
    for (question, each, finding), variants in groups.items():
        members = [member for variant in variants.values() for member in variant]
        first = members[0][1]
        listed = []
        for alike, variant in variants.items():
            id = f"answer-{next(counter)}"
            places |= {(result["submission"], row["question"]): id for result, row in variant}
            listed.append(_entry(id, alike, variant, people))
        known = "verdict" in first and mark(first) == WRONG and Verdict.of(first["verdict"]).mistake
        cards.append(
            {
                "question": question,
                "title": "The whole notebook" if question == WHOLE else title(question),
                "mark": each,
                "many": len(members),
                "most": first["max_points"],
                "stake": sum(row["max_points"] or 0 for _, row in members) or math.inf,  # nobody knows
                "unknown": "verdict" in first and mark(first) == WRONG and not known,
                "words": pages.said(first) if "verdict" in first else [("", finding)],
                "mistake": known.id if known else "",
                "answers": sorted(listed, key=lambda entry: -entry["many"]),
            }
        )
    _fit([entry for card in cards for entry in card["answers"]])
    return sorted(cards, key=lambda card: (ORDER.index(card["mark"]), card["mark"] == REVIEW and -card["stake"],
                                           -card["many"])), places  # fmt: skip


def _into(groups, key, alike, result, row):
    """Add an answer to its group: under what was found, and there to those it is alike."""
    groups.setdefault(key, {}).setdefault(alike, []).append((result, row))


def _finding(row):
    """What answers to a question have in common that were found to be alike."""
    if mark(row) == WRONG and (known := Verdict.of(row["verdict"]).mistake):
        return known.id
    return said_of(row)


def _entry(id, alike, variant, people):
    """What a card says of answers with the same code."""
    result, row = variant[0]
    source = result.get("code", {}).get(row["question"], "")
    decision = row.get("decision", {})
    lines = [
        "\t".join((tables.cell(each["submission"]), tables.cell(who(each)), title(r["question"])))
        for each, r in variant
    ]
    return {
        "id": id,
        "many": len(variant),
        "names": [
            people[each["submission"]] + (f": {points_of(each)[0]:g} points" if each.get("twice") else "")
            for each, _ in variant
        ],
        "submission": result["submission"],
        "files": [pages.name(_file(each)) for each, _ in variant],
        "code": source,
        "points": row["points"],
        "carried": row.get("carried", []),
        "waits": feedback.waits(row, result) if "verdict" in row and mark(row) == WRONG else [],
        "example": [(n.replace("your", "their", 1), t) for n, t in feedback.example(row)] if "verdict" in row else [],
        "hidden": "verdict" in row and row["verdict"]["only_hidden"],
        "comments": list(dict.fromkeys(c for _, r in variant if (c := r.get("decision", {}).get("comment")))),
        "like": [people[each["submission"]] for each, r in variant if r.get("decision", {}).get("like")],
        "lines": lines if decision.get("points") is None and alike else [],
    }


def _fit(entries):
    """Cut the codes so far that all have room together."""
    room, lengths = MOST_CODE, sorted(len(entry["code"]) for entry in entries)
    most = answers.MOST * 2
    for i, length in enumerate(lengths):
        if length * (len(lengths) - i) > room:
            most = room // (len(lengths) - i)
            break
        room -= length
    for entry in entries:
        if len(entry["code"]) > most:
            entry["code"] = f"{entry['code'][:most]}\n[... cut: open the notebook ...]"


# an exercise


def _exercise(number, heading, results, cards, places, people):
    """What the report says of one exercise: a grid, how the totals are spread, what each question's answers were."""
    counted = [result for result in results if not result.get("passed_over")]
    known = [points for points, _, review in map(points_of, counted) if not review]
    most = max(points_of(result)[1] for result in results)
    questions = list(dict.fromkeys(row["question"] for result in results for row in result["rows"])) if number else []
    by_question = {id: Counter() for id in questions}
    for result in results:
        for row, each in zip(result["rows"], states(result), strict=True):
            if number:
                by_question[row["question"]][each] += 1
    own = [card for card in cards if card["question"] in by_question and card["mark"] != REVIEW]
    return {
        "number": number,
        "title": heading if number else "Of no exercise that could be told",
        "questions": [(id, title(id), by_question[id]) for id in questions],
        "grid": [
            _line(result, questions, places, people) for result in sorted(results, key=lambda r: _rank(r, people))
        ],
        "known": len(known),
        "left": len(counted) - len(known),
        "mean": statistics.mean(known) if known else None,
        "median": statistics.median(known) if known else None,
        "most": most,
        "bars": _bars(known, int(most)) if known else [],
        "mistakes": sorted((c for c in own if c["mark"] == WRONG), key=lambda c: (c["unknown"], -c["many"])),
        "answers": [(title(id), id, [card for card in own if card["question"] == id]) for id in questions],
    }


def _rank(result, people):
    """Where a submission stands in the grid: doubtful ones first, then by name."""
    return not doubtful(result), people[result["submission"]].casefold()


def _line(result, questions, places, people):
    """A submission's line of the grid."""
    points, most, review = points_of(result)
    rows = {row["question"]: (row, each) for row, each in zip(result["rows"], states(result), strict=True)}
    whole_place = places.get((result["submission"], WHOLE))
    cells = []
    for question in questions:
        row, each = rows.get(question, (None, ""))
        place = whole_place or places.get((result["submission"], question), "")
        place = "words.html" if row and in_words(row) else f"#{place}" * bool(place)
        cells.append({"mark": each, "points": row["points"] if row else 0, "place": place,
                      "carried": bool(row and row.get("carried"))})  # fmt: skip
    return {
        "name": people[result["submission"]],
        "submission": result["submission"],
        "cells": cells,
        "points": "" if review and WHOLE in review else points,
        "more": bool(review),
        "most": most,
        "review": review,
        "place": whole_place or "",
        "passed_over": bool(result.get("passed_over")),
        "decided": bool(whole(result)),
    }


def _bars(values, most):
    """How many submissions have how many points: (which points, how many submissions) of each bar."""
    wide = math.ceil((most + 1) / 25)  # points that share a bar
    counts = Counter(min(int(value // wide), most // wide) for value in values)
    ends = [(i * wide, min(i * wide + wide - 1, most)) for i in range(most // wide + 1)]
    return [(f"{a}–{b}" if a < b else str(a), counts[i]) for i, (a, b) in enumerate(ends)]

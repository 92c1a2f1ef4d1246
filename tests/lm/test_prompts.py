"""The fixed prompts of a run suit its jokes, and are the same every time."""

from __future__ import annotations

from jokegen.lm.prompts import fixed_prompts


def test_prompts_are_in_turns_empty_and_the_commonest_beginnings() -> None:
    jokes = [
        "A man walks into a bar.",
        "Why did the dog bark? Why not.",
        "My wife and I never argue.",
        "Why did nobody laugh at this one?",
    ]
    assert fixed_prompts(jokes, 6) == ["", "Why did", "", "A man", "", "My wife"]
    assert fixed_prompts(iter(jokes), 6) == fixed_prompts(jokes, 6)


def test_with_few_beginnings_they_come_again() -> None:
    assert fixed_prompts(["One two three four five six"], 6) == ["", "One two"] * 3


def test_jokes_too_short_to_take_anything_from_leave_the_prompts_empty() -> None:
    assert fixed_prompts(["Ouch.", "Two words", "", "x" * 300], 4) == [""] * 4
    assert fixed_prompts([], 4) == [""] * 4


def test_languages_without_blanks_have_beginnings_too() -> None:
    assert fixed_prompts(["有一天一只鸡过马路去了。"], 2) == ["", "有一天"]
    assert fixed_prompts(["Żółw wchodzi do baru i prosi o wodę."], 2) == ["", "Żółw wchodzi"]

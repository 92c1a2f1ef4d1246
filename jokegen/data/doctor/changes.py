"""All fixes that change the text of a joke, by kind: functions from a text to a text.

None knows the others; each, applied twice, does no more than once. What is doubtful stays.
"""

from __future__ import annotations

from jokegen.data.doctor import characters, ends, web
from jokegen.data.doctor.cutting import Change, settled
from jokegen.jobs.dataset_requests import FixKind

# A longer text stays as it is; it is no joke, and the time for it is better spent elsewhere.
_MOST_CHARACTERS = 65_536


def _bounded(change: Change) -> Change:
    def changed(text: str) -> str:
        return change(text) if len(text) <= _MOST_CHARACTERS else text

    return changed


CHANGES: dict[FixKind, Change] = {
    kind: _bounded(settled(change))
    for kind, change in {
        FixKind.MOJIBAKE: characters.repair_mojibake,
        FixKind.HTML: web.resolve_html,
        FixKind.UNICODE: characters.compose,
        FixKind.CONTROLS: characters.drop_controls,
        FixKind.LINKS: web.drop_links,
        FixKind.MENTIONS: web.drop_mentions,
        FixKind.HASHTAGS: web.drop_hashtags,
        FixKind.EMOJI: characters.drop_emoji,
        FixKind.NUMBERING: ends.drop_numbering,
        FixKind.EDIT_TAILS: ends.drop_edit_tail,
        FixKind.SPACES: characters.squeeze_spaces,
    }.items()
}

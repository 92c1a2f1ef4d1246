"""What one can ask about piles of jokes: to bring, preview, examine, import and export them.

The way of a pile: *brought* to this computer where it is elsewhere (a link, the Hugging Face hub,
pasted text), *previewed* (read into a table of raw rows, with what was understood), *examined*
(made into jokes by a recipe, with findings and figures), *imported* (saved as a data set). Each
step can be repeated with other choices; a data set remembers all of them, so that it can be made
again from the original.

Frozen snapshots of built-in types, enums and `Path`, as in `jobs/requests.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from jokegen.records import Ancestor


class Format(StrEnum):
    """Kinds of files; each may also be compressed (gzip, zstd) or in a zip archive."""

    CSV = "csv"
    TSV = "tsv"
    TEXT = "text"
    JSON = "json"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"
    ARROW = "arrow"
    XLSX = "xlsx"
    ODS = "ods"


class Misfits(StrEnum):
    """What happens to rows that do not fit (ragged, broken); all of them are reported."""

    REPAIR = "repair"  # what can be repaired is, the rest is left out
    SKIP = "skip"  # all are left out
    STOP = "stop"  # the first one is an error


# What `ReadOptions.separator` may be besides a line of one's own that stands between jokes.
EACH_LINE = "line"
BLANK_LINE = "blank"


@dataclass(frozen=True)
class ReadOptions:
    """How a file is read; None is found out from the file, and filled in by the preview.

    `encoding` is a Python codec. `delimiter` is one character, "" for one column. `separator` is
    for text: EACH_LINE, BLANK_LINE, or a line that parts jokes. `list_key` says which list of a
    JSON object: its keys joined by ".".
    """

    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None
    has_header: bool | None = None
    separator: str | None = None
    sheet: str | None = None
    list_key: str | None = None
    misfits: Misfits = Misfits.REPAIR


class Topic(StrEnum):
    """What a question is about."""

    ENCODING = "encoding"
    DELIMITER = "delimiter"
    HEADER = "header"
    COLUMNS = "columns"
    SEPARATOR = "separator"
    SHEET = "sheet"
    LIST = "list"


@dataclass(frozen=True)
class Question:
    """A guess made on little evidence, put to the person as a question: one sentence with “?”."""

    topic: Topic
    text: str


@dataclass(frozen=True)
class Misfit:
    """A row that did not fit: where (line from 1, in a table row from 1), why, and what was done.

    Line 0 means the whole file. `done` is one of "repaired" and "left out".
    """

    file: str
    line: int
    problem: str
    done: str


@dataclass(frozen=True)
class SourceFile:
    """A file that was read: as it was at that moment. `member` names one inside an archive."""

    path: Path
    bytes: int
    sha256: str
    rows: int
    member: str = ""


@dataclass(frozen=True)
class BringRequest:
    """Bring jokes to this computer that are elsewhere.

    Exactly one of `text`, `data`, `link`, `hub` is set: `text` is pasted or typed, `data` what came
    through a pipe in whatever encoding, `link` an https address, `hub` the name of a Hugging Face
    data set ("owner/name", or the link of its page). `format` is what `text` or `data` is (None:
    found out). Of the hub's data set one configuration and one split are taken ("": its first
    ones), of those `limit` rows at most, and `hub_columns` (empty: all) where the files hold
    columns (Parquet). `name` is what to call it, "" to propose one; `origin` says where a `text`
    came from, "" if it was pasted.
    """

    text: str = ""
    data: bytes = b""
    format: Format | None = None
    name: str = ""
    origin: str = ""
    link: str = ""
    hub: str = ""
    hub_config: str = ""
    hub_split: str = ""
    hub_columns: tuple[str, ...] = ()
    limit: int | None = None


@dataclass(frozen=True)
class BringSummary:
    """`file` is on this computer now; `origin` says where it came from, `name` what to call it."""

    file: Path
    origin: str
    name: str
    bytes: int
    seconds: float


@dataclass(frozen=True)
class HubLookRequest:
    """Ask which configurations and splits a Hugging Face data set has."""

    hub: str


@dataclass(frozen=True)
class HubSplit:
    """One split of one configuration.

    Rows and bytes are None, `columns` empty, where the hub does not say. `files` is how many files
    it consists of, `kind` what they are ("csv", "json", "text", "parquet", "arrow", others).
    """

    config: str
    split: str
    rows: int | None = None
    bytes: int | None = None
    columns: tuple[str, ...] = ()
    files: int = 0
    kind: str = ""


@dataclass(frozen=True)
class HubLookSummary:
    """What a data set consists of; the first of `splits` is the one to propose.

    `hub` is its name as it is written there, `licence` the hub's short name for it. `is_gated`: its
    owner asks for consent first, on `page`.
    """

    hub: str
    splits: tuple[HubSplit, ...]
    licence: str = ""
    is_gated: bool = False
    is_private: bool = False
    page: str = ""


@dataclass(frozen=True)
class PreviewRequest:
    """Read files or folders (all files inside that can be read), or saved data sets by name.

    Exactly one of `sources` and `datasets` is given. `origin` says where a brought file came from.
    """

    sources: tuple[Path, ...] = ()
    datasets: tuple[str, ...] = ()
    options: ReadOptions = ReadOptions()
    origin: str = ""


@dataclass(frozen=True)
class PreviewSummary:
    """What the files hold, and how they were read.

    `table` is an Arrow IPC file of text columns named `columns`, in the previews folder: made for
    looking at and importing, it may be deleted at any time. `joke_columns` and `template` are
    proposals: a template holds column names in braces, "{setup} {punchline}". `options` says how
    the files were read, with everything filled in that applies to their format and that all of
    them agree in; `understood` says it in words. `sheets`, `lists` and `separators` are what else
    could be chosen.
    `misfits` are the first 1,000; `misfit_report` is a CSV file of all of them, if there are any.
    `asked` are the options as they were asked for, `parents` the data sets that were read.
    """

    sources: tuple[Path, ...]
    table: Path
    rows: int
    columns: tuple[str, ...]
    joke_columns: tuple[str, ...]
    template: str
    options: ReadOptions
    understood: str
    seconds: float
    name: str = ""
    datasets: tuple[str, ...] = ()
    origin: str = ""
    files: tuple[SourceFile, ...] = ()
    questions: tuple[Question, ...] = ()
    sheets: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    separators: tuple[str, ...] = ()
    misfits: tuple[Misfit, ...] = ()
    misfit_count: int = 0
    misfit_report: Path | None = None
    asked: ReadOptions = ReadOptions()
    parents: tuple[Ancestor, ...] = ()


class FixKind(StrEnum):
    """What the joke doctor can find and mend, in the order in which it is done.

    First the rows become jokes, then texts are changed, then jokes are left out.
    """

    SEVERAL_IN_ROW = "several-in-row"  # several jokes in one row: parted
    OVER_ROWS = "over-rows"  # one joke over several rows: joined
    MOJIBAKE = "mojibake"
    HTML = "html"  # entities and tags
    UNICODE = "unicode"  # to the composed form (NFC)
    CONTROLS = "controls"  # control and zero-width characters
    LINKS = "links"
    MENTIONS = "mentions"  # @names
    HASHTAGS = "hashtags"
    EMOJI = "emoji"
    NUMBERING = "numbering"  # "12. ", "#12)" at the beginning
    EDIT_TAILS = "edit-tails"  # "EDIT: thanks for the gold" at the end
    SPACES = "spaces"  # several blanks in a row
    PERSONAL = "personal"  # e-mail addresses and telephone numbers: left out
    OFFENSIVE = "offensive"
    LANGUAGE = "language"  # other languages than most of the jokes
    TOO_SHORT = "too-short"  # `limit` words
    TOO_LONG = "too-long"  # `limit` tokens of the base model
    EXACT_DUPLICATES = "exact-duplicates"
    SAME_WORDS = "same-words"  # different only in case, spacing, punctuation, Unicode form
    NEAR_DUPLICATES = "near-duplicates"  # `limit`: similarity, 0 to 1


@dataclass(frozen=True)
class Fix:
    """One fix that is applied.

    `limit` is what the kind says (None: its default); `words` replace the list of offensive
    words, or name the languages to keep (ISO 639-1, or "most": that of most jokes).
    """

    kind: FixKind
    limit: float | None = None
    words: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Edit:
    """What a person did to one joke: gave it another text, removed it (None), or kept it.

    `row` is the raw row (from 0). `part` says which joke of it: 0 the row as it is in the file,
    1, 2, … the jokes that it was parted into, -2, -3, … the one of which it is the first of 2,
    3, … rows. So an edit is only ever done to the joke that the person saw, and rests while that
    is not there. `is_kept` saves the joke from being left out, whatever the fixes say.
    """

    row: int
    part: int = 0
    text: str | None = None
    is_kept: bool = False


@dataclass(frozen=True)
class Recipe:
    """What is done to raw rows: the fixes, always in the order of `FixKind`, and the edits.

    What a person did stands: a row that was edited as a whole is neither parted nor joined, and a
    text that was written by hand is not changed; it may be left out, unless `is_kept`. Whatever
    the recipe says, empty jokes and those over 8,000 characters are left out, and outer white
    space is taken away.
    """

    fixes: tuple[Fix, ...] = (Fix(FixKind.EXACT_DUPLICATES),)
    edits: tuple[Edit, ...] = ()

    def fix(self, kind: FixKind) -> Fix | None:
        """The fix of this kind, if it is applied."""
        return next((fix for fix in self.fixes if fix.kind is kind), None)


@dataclass(frozen=True)
class ExamineRequest:
    """Make jokes of a previewed table by a recipe, and look at them.

    `base` is the base model whose tokens are counted. `thorough` None looks for near-duplicates
    only where that takes seconds; True always, False never.
    """

    table: Path
    columns: tuple[str, ...]
    template: str
    recipe: Recipe = Recipe()
    base: str = "starter"
    thorough: bool | None = None


@dataclass(frozen=True)
class Example:
    """A joke that a finding is about; `after` None would be left out, parted jokes are several.

    `row` and `part` as in `Edit`: where the joke is in the table of this examination.
    """

    row: int
    part: int
    before: str
    after: tuple[str, ...] | None


@dataclass(frozen=True)
class Finding:
    """How many jokes a fix has changed (`is_fixed`) or would change; None: not looked for.

    `seconds` says how long looking would take, where it was not looked for. `limit` is the one
    that was applied. `words` are those found (offensive words, languages), most often first, and
    `listed` all that were looked for (offensive words: they depend on the language of the jokes).
    """

    kind: FixKind
    count: int | None
    is_fixed: bool
    examples: tuple[Example, ...] = ()
    limit: float | None = None
    words: tuple[str, ...] = ()
    seconds: float | None = None
    listed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Bar:
    """One bar of a histogram: jokes with `low` ≤ value < `high`."""

    low: int
    high: int
    count: int


@dataclass(frozen=True)
class Opening:
    text: str
    count: int


@dataclass(frozen=True)
class Statistics:
    """Figures of the jokes that are kept. Token figures are estimated without the base model.

    `near_duplicate_share` is None where it was not looked for. `sample` is a random handful.
    """

    jokes: int = 0
    words: int = 0
    distinct_words: int = 0
    tokens: int = 0
    is_token_estimate: bool = True
    word_histogram: tuple[Bar, ...] = ()
    token_histogram: tuple[Bar, ...] = ()
    median_words: float = 0.0
    median_tokens: float = 0.0
    openings: tuple[Opening, ...] = ()
    duplicate_share: float = 0.0
    near_duplicate_share: float | None = None
    sample: tuple[str, ...] = ()


class Level(StrEnum):
    """How good a pile of jokes is for a first model."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


@dataclass(frozen=True)
class Verdict:
    """ "2,948 jokes, good for a first model; 3% are nearly the same." """

    level: Level
    text: str


@dataclass(frozen=True)
class ExamineSummary:
    """`table` is an Arrow IPC file in the previews folder, a row for each joke, kept or not:

    "Joke" (text as it will be), "Note" (text: "" if kept, else the reason it is left out),
    "Before" (text: what it was before the fixes, "" if unchanged), "Row" and "Part" (int32).
    `left_out` counts by reason, `changed` by fix.
    """

    table: Path
    jokes: int
    left_out: dict[str, int]
    changed: dict[str, int]
    findings: tuple[Finding, ...]
    statistics: Statistics
    verdict: Verdict
    seconds: float


@dataclass(frozen=True)
class ImportRequest:
    """Make a saved data set.

    From files, folders or data sets, read as in `PreviewRequest`, or from `table`, which a
    preview wrote (its summary lies beside it). `columns` and `template` None are proposed.
    `limit` takes a random part of so many jokes (chosen by `seed`). A `name` that is taken is an
    error; without one, `proposal` is the name (or what the source is called), with a number
    behind it if need be. `expected` are the files as they must still be, in this order: for
    making a data set again from the same originals.
    """

    sources: tuple[Path, ...] = ()
    name: str | None = None
    datasets: tuple[str, ...] = ()
    table: Path | None = None
    columns: tuple[str, ...] | None = None
    template: str | None = None
    options: ReadOptions = ReadOptions()
    recipe: Recipe = Recipe()
    validation_share: float = 0.1
    limit: int | None = None
    seed: int = 42
    base: str = "starter"
    origin: str = ""
    proposal: str = ""
    expected: tuple[SourceFile, ...] = ()


@dataclass(frozen=True)
class ImportSummary:
    """`dropped` counts by reason; `kept` = `train` + `validation`; `changed` counts by fix."""

    dataset: str
    kept: int
    dropped: dict[str, int]
    train: int
    validation: int
    seconds: float
    changed: dict[str, int] = field(default_factory=dict)
    misfit_count: int = 0
    misfits: tuple[Misfit, ...] = ()
    understood: str = ""
    columns: tuple[str, ...] = ()
    template: str = ""


class ExportFormat(StrEnum):
    CSV = "csv"
    JSON_LINES = "jsonl"
    PARQUET = "parquet"


@dataclass(frozen=True)
class ExportRequest:
    """Write a data set into a file, which is replaced if it exists."""

    dataset: str
    file: Path
    format: ExportFormat


@dataclass(frozen=True)
class ExportSummary:
    """`guarded` counts the texts that were made safe for a spreadsheet (CSV only)."""

    file: Path
    jokes: int
    bytes: int
    guarded: int
    seconds: float

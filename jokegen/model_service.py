"""The shared model service: the single door to data sets, base models, runs and generation.

The window, the command line and the tests all go through here. It has two halves:

* `ModelService` answers at once, from manifests on disk, and never imports a heavy library;
* the jobs below it (`preview`, `import_jokes`, `fetch_model`, `train`, `generate`,
  `find_devices`, …) do the work. They are plain functions `job(request, context) -> summary`: the
  command line calls them here, the window has a worker process call them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from jokegen import storage
from jokegen.config.paths import Paths, resource
from jokegen.jobs.again import Again, Attempt, NextTry
from jokegen.jobs.context import JobContext
from jokegen.jobs.dataset_requests import (
    BringRequest,
    BringSummary,
    ExamineRequest,
    ExamineSummary,
    ExportRequest,
    ExportSummary,
    HubLookRequest,
    HubLookSummary,
    ImportRequest,
    ImportSummary,
    PreviewRequest,
    PreviewSummary,
)
from jokegen.jobs.events import Failed, Metric, Sample
from jokegen.jobs.requests import (
    ContinueRequest,
    DevicesRequest,
    DevicesSummary,
    EvaluateRequest,
    EvaluateSummary,
    FetchModelRequest,
    FetchModelSummary,
    GenerateRequest,
    GenerateSummary,
    Method,
    PromiseRequest,
    PromiseSummary,
    TrainRequest,
    TrainSummary,
)
from jokegen.records import BaseModelInfo, DatasetInfo, HistoryStep, RunInfo

if TYPE_CHECKING:
    from jokegen.data.table import TextTable
    from jokegen.lm.health import HealthWatch
    from jokegen.lm.last_save import LastSave
    from jokegen.lm.probing import ProbeJokes

# A run on fewer jokes than this learns them by heart instead of learning to joke.
FEWEST_JOKES = 20


class ModelService:
    """What is there, and the small changes that need no job."""

    def __init__(self, paths: Paths) -> None:
        self.paths = paths

    def sweep(self) -> None:
        """Remove what killed processes left half-written, and previews nobody looks at."""
        from jokegen.data.bringing.places import forget_old
        from jokegen.data.store import empty_trash

        paths = self.paths
        empty_trash(paths)
        forget_old(paths)
        for folder in (paths.home, paths.datasets, paths.models, paths.previews, paths.runs):
            storage.sweep(folder)
        for inner in (*paths.datasets.glob("*"), *paths.models.glob("*"), *paths.runs.glob("*")):
            storage.sweep(inner)
        for parts in ("checkpoints", "states", "snapshots"):
            for folder in (*paths.runs.glob(f"*/{parts}"), *paths.runs.glob(f"*/{parts}/*")):
                storage.sweep(folder)
        for folder in paths.runs.glob("*/final"):
            storage.sweep(folder)

    @property
    def starter_jokes(self) -> Path:
        """The jokes that come with Jokegen, as a file to import."""
        return resource("starter_jokes.csv")

    def datasets(self) -> list[DatasetInfo]:
        """The saved data sets, newest first."""
        from jokegen.data.store import list_datasets

        return sorted(list_datasets(self.paths), key=lambda info: info.created, reverse=True)

    def dataset(self, name: str) -> DatasetInfo:
        """The data set of that name; raises JokegenError, naming the existing ones."""
        from jokegen.data.store import find_dataset

        return find_dataset(self.paths, name)

    def rename_dataset(self, old: str, new: str) -> None:
        """Raises JokegenError if the new name is taken or blank."""
        from jokegen.data.store import rename_dataset

        rename_dataset(self.paths, old, new)

    def duplicate_dataset(self, name: str, new: str) -> None:
        """Save a copy under another name. Raises JokegenError if that is taken or blank."""
        from jokegen.data.store import duplicate_dataset

        duplicate_dataset(self.paths, name, new)

    def delete_dataset(self, name: str) -> str:
        """Take a data set out of sight; what is returned brings it back (`restore_dataset`).

        Raises JokegenError if there is none of that name.
        """
        from jokegen.data.store import delete_dataset

        return delete_dataset(self.paths, name)

    def restore_dataset(self, handle: str) -> DatasetInfo:
        """Bring back what was deleted, with another name where its own is taken by now.

        Raises JokegenError if it is gone for good.
        """
        from jokegen.data.store import restore_dataset

        return restore_dataset(self.paths, handle)

    def history(self, name: str) -> tuple[HistoryStep, ...]:
        """How a data set came to be: itself, what it was made of, back to the original files.

        Raises JokegenError if there is none of that name.
        """
        from jokegen.data.lineage import history

        return history(self.paths, name)

    def descendants(self, name: str) -> tuple[DatasetInfo, ...]:
        """The data sets that were made of this one, or of those. Raises JokegenError as above."""
        from jokegen.data.lineage import descendants

        return descendants(self.paths, name)

    def request_to_remake(self, name: str, new: str | None = None) -> ImportRequest:
        """What to import to have the same data set again, as `new` (None: a name is proposed).

        Raises JokegenError where that is not possible: an original is gone or of another size, or
        a data set that it was made of is gone. An original of the same size with other content is
        found, and said, by the import.
        """
        from jokegen.data.lineage import request_to_remake

        return request_to_remake(self.paths, name, new)

    def hub_token(self) -> str | None:
        """The Hugging Face token that this person has given, from the system's keyring."""
        from jokegen.data.bringing.tokens import get_token

        return get_token()

    def set_hub_token(self, token: str) -> None:
        """Keep a Hugging Face token in the system's keyring; "" forgets it.

        Raises JokegenError where the system has no keyring.
        """
        from jokegen.data.bringing.tokens import delete_token, set_token

        if token.strip():
            set_token(token.strip())
        else:
            delete_token()

    def open_preview(self, summary: PreviewSummary) -> TextTable:
        """The rows of a file that was previewed. Opening may take some 10 ms."""
        from jokegen.data.table import TextTable

        return TextTable(summary.table)

    def open_examined(self, summary: ExamineSummary) -> TextTable:
        """The jokes that an examination made, those left out among them."""
        from jokegen.data.table import TextTable

        return TextTable.for_examined(summary.table)

    def open_dataset(self, info: DatasetInfo) -> TextTable:
        """The jokes of a saved data set."""
        from jokegen.data.table import TextTable

        return TextTable.for_dataset(info)

    def base_models(self) -> list[BaseModelInfo]:
        """The catalogue, the recommended one first."""
        from jokegen.lm.catalogue import list_base_models

        return list_base_models(self.paths)

    def runs(self) -> list[RunInfo]:
        """Every run, newest first."""
        from jokegen.lm.runs import list_runs

        return list_runs(self.paths)

    def run_metrics(self, number: int) -> list[Metric]:
        """The measured points of a run so far, oldest first; raises JokegenError for no such run.

        Where a run went on from a checkpoint, steps may come twice: the later ones count.
        """
        from jokegen.lm.run_points import read_metrics
        from jokegen.lm.runs import find_run

        return read_metrics(find_run(self.paths, number).path)

    def each_run_metric(self, number: int) -> Iterator[Metric]:
        """The same one after another: read now, understood only as they are asked for."""
        from jokegen.lm.run_points import each_metric
        from jokegen.lm.runs import find_run

        return each_metric(find_run(self.paths, number).path)

    def run_samples(self, number: int) -> list[Sample]:
        """The jokes that a run wrote on its way, oldest first; raises JokegenError as above."""
        from jokegen.lm.run_points import read_samples
        from jokegen.lm.runs import find_run

        return read_samples(find_run(self.paths, number).path)

    def last_save(self, number: int) -> LastSave | None:
        """Up to where a run is saved, also while it is trained; None where nothing is saved."""
        from jokegen.lm.last_save import last_save
        from jokegen.lm.runs import find_run

        return last_save(find_run(self.paths, number).path)

    def watch_health(self) -> HealthWatch:
        """Judges a training by its points, as they come or all at once."""
        from jokegen.lm.health import HealthWatch

        return HealthWatch()

    def delete_run(self, number: int) -> None:
        """Remove a run with everything it made; raises JokegenError for an unknown number."""
        from jokegen.lm.runs import delete_run

        delete_run(self.paths, number)

    def discard_run(self, number: int) -> None:
        """Remove a run whose process was ended before it could clean up after a cancellation."""
        from jokegen.lm.runs import discard_interrupted

        discard_interrupted(self.paths, number)

    def finish_run(self, number: int) -> RunInfo:
        """End a run that was paused or interrupted and keep its best as its model.

        Raises JokegenError where it is under way, or nothing was made yet that could be kept.
        """
        from jokegen.lm.runs import finish_run

        return finish_run(self.paths, number)


def bring(request: BringRequest, context: JobContext) -> BringSummary:
    """Job: bring jokes from a link, the Hugging Face hub or the clipboard to this computer."""
    from jokegen.data.bringing.bringing import bring as work

    return work(request, context)


def look_at_hub(request: HubLookRequest, context: JobContext) -> HubLookSummary:
    """Job: ask what a Hugging Face data set consists of."""
    from jokegen.data.bringing.bringing import look_at_hub as work

    return work(request, context)


def preview(request: PreviewRequest, context: JobContext) -> PreviewSummary:
    """Job: read files and show what is in them."""
    from jokegen.data.importing import preview as work

    return work(request, context)


def examine(request: ExamineRequest, context: JobContext) -> ExamineSummary:
    """Job: make jokes of a previewed table by a recipe, and look at them."""
    from jokegen.data.doctor.examining import examine as work
    from jokegen.lm.counting import token_counter

    return work(request, context, token_counter(context.paths, request.base))


def import_jokes(request: ImportRequest, context: JobContext) -> ImportSummary:
    """Job: turn files, or a previewed table, into a saved data set."""
    from jokegen.data.importing import import_jokes as work
    from jokegen.lm.counting import token_counter

    return work(request, context, token_counter(context.paths, request.base))


def export_dataset(request: ExportRequest, context: JobContext) -> ExportSummary:
    """Job: write a data set into a file for other programs."""
    from jokegen.data.exporting import export_dataset as work

    return work(request, context)


def fetch_model(request: FetchModelRequest, context: JobContext) -> FetchModelSummary:
    """Job: bring a base model to this computer."""
    from jokegen.lm.fetching import fetch_model as work

    return work(request, context)


def train(request: TrainRequest, context: JobContext) -> TrainSummary:
    """Job: fine-tune a base model (fetched first where it is not here) on a saved data set."""
    from jokegen.data.copies import CopyFinder
    from jokegen.data.store import open_jokes
    from jokegen.lm.fetching import ensure_model
    from jokegen.lm.training import fine_tune

    train_jokes, validation_jokes = open_jokes(context.paths, request.dataset, context.check)
    _require_jokes(request.dataset, len(train_jokes) + len(validation_jokes))
    context.check()
    base_folder = ensure_model(request.base, context)
    if request.length is not None:
        request = _settled(request, base_folder, context)
    copies = CopyFinder(train_jokes)
    return fine_tune(request, base_folder, train_jokes, validation_jokes, context, copies)


def _require_jokes(dataset: str, found: int) -> None:
    from jokegen.errors import JokegenError

    if found < FEWEST_JOKES:
        raise JokegenError(
            f"The data set “{dataset}” has only {found} "
            f"{'joke' if found == 1 else 'jokes'}; "
            f"a language model needs at least {FEWEST_JOKES} to learn from.",
            f"Import {FEWEST_JOKES - found} more (a few hundred work well), then start again.",
        )


def usual_method() -> Method:
    """The method that is mostly the best: what to show before anything was measured."""
    from jokegen.lm.lengths import CANDIDATES

    return CANDIDATES[0]


def promise(request: PromiseRequest, context: JobContext) -> PromiseSummary:
    """Job: measure what each length of a run takes on this computer, with these jokes."""
    from jokegen.data.store import find_dataset
    from jokegen.lm.catalogue import find_base_model
    from jokegen.lm.promising import promise as work

    info = find_dataset(context.paths, request.train.dataset)
    _require_jokes(info.name, info.jokes)
    base = find_base_model(context.paths, request.train.base)
    return work(request, base, info.path, lambda: _some_jokes(info, context), context)


def _settled(request: TrainRequest, base_folder: Path, context: JobContext) -> TrainRequest:
    """The run that a length stands for, measured first where that is not known yet."""
    from jokegen.data.store import find_dataset
    from jokegen.lm.promising import settle

    info = find_dataset(context.paths, request.dataset)
    return settle(request, base_folder, info.path, lambda: _some_jokes(info, context), context)


def _some_jokes(info: DatasetInfo, context: JobContext) -> ProbeJokes:
    from jokegen.data.copies import CopyFinder
    from jokegen.data.sampling import sample_jokes
    from jokegen.lm.probing import ProbeJokes
    from jokegen.lm.promising import MOST_JOKES

    train, held_out = sample_jokes(info, MOST_JOKES, context.check)
    return ProbeJokes(train, held_out, info.train, CopyFinder(train))


def continue_training(request: ContinueRequest, context: JobContext) -> TrainSummary:
    """Job: go on with a run that was paused or interrupted, in its own folder and number."""
    from jokegen.data.copies import CopyFinder
    from jokegen.data.store import open_jokes
    from jokegen.lm.fetching import ensure_model
    from jokegen.lm.resuming import continue_run
    from jokegen.lm.runs import run_to_continue

    folder, asked = run_to_continue(
        context.paths, request.run, or_begin_again=bool(request.smaller)
    )
    train_jokes, validation_jokes = open_jokes(context.paths, asked.dataset, context.check)
    _require_jokes(asked.dataset, len(train_jokes) + len(validation_jokes))
    context.check()
    base_folder = ensure_model(asked.base, context)
    return continue_run(
        request, folder, asked, base_folder, train_jokes, validation_jokes, context,
        CopyFinder(train_jokes),
    )  # fmt: skip


def evaluate(request: EvaluateRequest, context: JobContext) -> EvaluateSummary:
    """Job: measure a run or a base model on the held-out jokes of a data set."""
    from jokegen.data.store import open_jokes
    from jokegen.lm.evaluating import evaluate as work

    train_jokes, validation_jokes = open_jokes(context.paths, request.dataset, context.check)
    return work(request, train_jokes, validation_jokes, context)


def trying_again(paths: Paths) -> NextTry:
    """How one training goes on by itself when its worker is lost; for who runs it in a worker."""
    from jokegen.lm.retrying import Retrying

    retrying = Retrying(paths)

    def decide(attempt: Attempt) -> Again | Failed:
        decided = retrying.decide(attempt)
        if isinstance(decided, Failed):
            return decided
        return Again(continue_training, decided.request, decided.notice)

    return decide


def settle(request: TrainRequest) -> TrainRequest:
    """`request` with what it leaves open about the arithmetic of learning, as recommended.

    Answers at once: what is recommended is a table. What depends on the jokes or the computer
    (steps between checks and saves, precision) stays open.
    """
    from jokegen.lm.recipe import recipe_for

    recipe = recipe_for(request)
    settled = {name: value for name, value in vars(recipe).items() if name in vars(request)}
    if request.warm_up_steps is not None:
        del settled["warm_up"]  # the steps win over it
    return replace(request, **settled)


def generate(request: GenerateRequest, context: JobContext) -> GenerateSummary:
    """Job: write jokes with a run or a base model."""
    from jokegen.lm.writing import write_jokes

    return write_jokes(request, context)


def find_devices(request: DevicesRequest, context: JobContext) -> DevicesSummary:  # noqa: ARG001
    """Job: which devices this computer can train on, the best one marked."""
    from jokegen.lm.devices import list_devices

    return DevicesSummary(tuple(list_devices()))

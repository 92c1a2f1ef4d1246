"""The weights of a run's last checks, kept so that their average can be tried at its end.

The mean of several points of one training lies nearer the middle of the valley than its last point
(Izmailov et al. 2018, arXiv:1803.05407). Of LoRA the small matrices are averaged.

runs/0003-my-jokes/snapshots/step-000060/    weights.safetensors    what learns; manifest.json
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import torch

from jokegen import storage


class Snapshots:
    """The newest `kept` of them, by their step."""

    def __init__(self, folder: Path, kept: int) -> None:
        self._folder, self._kept = folder, kept

    def keep(
        self, step: int, weights: Mapping[str, torch.nn.Parameter], check: Callable[[], None]
    ) -> None:
        """Write down the weights of this step; the oldest go."""
        if not self._kept:
            return
        from safetensors.torch import save_file

        with storage.new_folder(self._folder / f"step-{step:06d}") as folder:
            save_file({n: w.detach() for n, w in weights.items()}, folder / "weights.safetensors")
            storage.write_manifest(folder, check=check, kind="snapshot", step=step)
        for older in self._whole()[: -self._kept]:
            storage.remove_folder(older)

    def forget_after(self, step: int) -> None:
        """Remove those of later steps: a run goes on from an older state, and makes them again."""
        for folder, manifest in list(storage.whole_folders(self._folder)):
            if int(manifest["step"]) > step:
                storage.remove_folder(folder)

    @contextlib.contextmanager
    def averaged(self, weights: Mapping[str, torch.nn.Parameter]) -> Iterator[int]:
        """While the block runs, the weights are the mean of those kept; yields how many those are.

        Fewer than two are no average: nothing happens then. The newest must be what the weights
        are now: they come back from there.
        """
        folders = self._whole()
        if len(folders) < 2:
            yield len(folders)
            return
        for folder in folders:
            storage.check_files(folder, digests=True)
        try:
            with torch.no_grad():
                for weight in weights.values():
                    weight.zero_()
                for folder in folders:
                    for name, tensor in _load(folder).items():
                        weights[name].add_(tensor.to(weights[name].device), alpha=1 / len(folders))
            yield len(folders)
        finally:
            with torch.no_grad():
                for name, tensor in _load(folders[-1]).items():
                    weights[name].copy_(tensor)

    def _whole(self) -> list[Path]:
        whole = list(storage.whole_folders(self._folder))
        return [folder for folder, _ in sorted(whole, key=lambda found: int(found[1]["step"]))]


def _load(folder: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    loaded: dict[str, torch.Tensor] = load_file(folder / "weights.safetensors")
    return loaded

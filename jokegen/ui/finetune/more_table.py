"""Every number that a training can be asked for: its names, its limits, what it does to the jokes.

The captions are the usual names, so that what one reads elsewhere can be found here; `others` are
the names of command lines and tutorials, for the search line. Sentences speak of the jokes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from jokegen.ui.finetune.more_numbers import read_number, read_whole, shown

_MOST_STEPS = 1_000_000
_HIGHEST_SEED = 2**31 - 1


class Group(StrEnum):
    """What belongs together; the value is the title."""

    LEARNS = "What learns"
    LONG = "When it ends"
    MUCH = "How much at a time"
    RATE = "Learning rate"
    OPTIMIZER = "How it corrects itself"
    KEEPING = "Watching and keeping"
    ARITHMETIC = "Arithmetic and chance"


# What is read first when the settings unfold; the rest waits behind its title.
OPEN_AT_FIRST = (Group.LEARNS, Group.LONG, Group.MUCH, Group.RATE)
GROUP_TIPS = {
    Group.LEARNS: "Which parts of the base model learn your jokes.",
    Group.LONG: "What ends the run, beside the time that is chosen above.",
    Group.MUCH: "How many jokes it reads before each correction.",
    Group.RATE: "How strong the corrections are, and how that changes on the way.",
    Group.OPTIMIZER: "How a correction is worked out from what went wrong (AdamW).",
    Group.KEEPING: "How often it is checked and saved, and what is kept.",
    Group.ARITHMETIC: "How exactly it computes, and in which order the jokes come.",
}


@dataclass(frozen=True)
class Setting:
    """One number of a `TrainRequest`, called `field` there.

    `hint` says what it is; `higher` and `lower` what another number than the recommended one does
    to the result, `chosen` the same where nothing is recommended. `none` is what it means when no
    number is given: 0 can then be typed for it, and `none_value` is what the request gets.
    """

    field: str
    caption: str
    group: Group
    lowest: float
    highest: float
    hint: str
    higher: str = ""
    lower: str = ""
    chosen: str = ""
    none: str = ""
    none_value: int | None = None
    is_whole: bool = True
    others: str = ""
    name: str = ""  # of the control; "" takes `field`
    unknown: str = "Recommended"  # stands in the empty field while nobody knows the number
    is_factor: bool = False  # the arrow keys double and halve it

    @property
    def control(self) -> str:
        return self.name or self.field

    def read(self, text: str) -> float | None:
        """What was typed; None where 0 turns it off. Raises ValueError with words for people."""
        try:
            value: float = read_whole(text) if self.is_whole else read_number(text)
        except (ValueError, OverflowError):
            raise ValueError(self._asked()) from None
        if self.none and value == 0:
            return None
        if not self.lowest <= value <= self.highest:
            raise ValueError(self._asked())
        return value

    def _asked(self) -> str:
        kind = "a whole number" if self.is_whole else "a number"
        off = f", 0 for “{self.none.lower()}”," if self.none else ","
        return (
            f"Type {kind} from {shown(self.lowest)} to {shown(self.highest)}{off} "
            "or leave it empty for the recommended one."
        )

    def recommendation(self, recommended: float | None) -> str:
        """What stands in the empty field."""
        if recommended is None:
            return self.none or self.unknown
        return f"Recommended: {shown(recommended)}"

    def effect(self, value: float | None, recommended: float | None) -> str:
        """What a value that is not the recommended one does to the result."""
        if recommended is None:
            was = f"Recommended: {self.none.lower()}." if self.none else "Empty is recommended."
            return f"{was} {self.chosen or self.hint}"
        was = f"Recommended: {shown(recommended)}."
        if value is None:
            return f"{was} {self.none}."
        return f"{was} {self.higher if value > recommended else self.lower}"


NUMBERS = (
    Setting(
        "lora_rank", "LoRA rank", Group.LEARNS, 1, 256,
        "How large the additions are.",
        higher="Larger additions: closer to your jokes, and more by heart.",
        lower="Smaller additions: less to learn with, so it stays nearer to what it was.",
        others="lora_r r size additions matrices", is_factor=True,
    ),
    Setting(
        "last_blocks", "Last blocks", Group.LEARNS, 1, 64,
        "How many of the last layers learn.",
        higher="More layers learn: closer to your jokes, and slower.",
        lower="Fewer layers learn: quicker, and further from your jokes.",
        others="layers freeze frozen",
    ),
    Setting(
        "epochs", "Epochs", Group.LONG, 0.01, 1000,
        "How often every joke is read, whatever time that takes.",
        higher="Read more often: closer to your jokes, and sooner by heart.",
        lower="Read less often: quicker, and further from your jokes.",
        chosen="Takes the place of the choice above.",
        is_whole=False, others="num_train_epochs times passes", name="more_epochs",
        unknown="As chosen above",
    ),
    Setting(
        "max_steps", "Most steps", Group.LONG, 1, _MOST_STEPS,
        "Ends the run after so many corrections.",
        higher="It learns for longer than recommended; watch for jokes it has by heart.",
        lower="It ends sooner than recommended, perhaps before every joke was read.",
        chosen="It may end before every joke was read.",
        none="No limit", others="max_steps limit", name="most_steps",
    ),
    Setting(
        "patience", "Patience", Group.LONG, 1, 1000,
        "Stops after so many checks without getting better.",
        higher="Waits longer for it to get better once more; takes time.",
        lower="Stops sooner; it may have got better yet.",
        chosen="Stops once it only learns by heart; a low number may stop too soon.",
        none="Never stops early", others="early stopping early_stopping_patience",
    ),
    Setting(
        "average", "Averaged checks", Group.LONG, 2, 100,
        "Blends its last few states into one at the end.",
        higher="Blends more states: steadier, but older ones knew your jokes less.",
        lower="Blends fewer states: nearer to the last one.",
        chosen="Evens out chance: steadier jokes, unless early states are among them.",
        none="No averaging", none_value=0, others="swa weight averaging checkpoints ema",
    ),
    Setting(
        "tokens_per_step", "Tokens a step", Group.MUCH, 16, _MOST_STEPS,
        "How much text it reads before each correction. A word has one or two tokens.",
        higher="More jokes before each correction: steadier, but fewer corrections in the time.",
        lower="Fewer jokes before each correction: more of them, but more erratic.",
        others="tokens per step batch tokens", is_factor=True,
    ),
    Setting(
        "batch_size", "Batch size", Group.MUCH, 1, 4096,
        "So many jokes before each correction, instead of tokens.",
        higher="More jokes before each correction: steadier, and more memory.",
        lower="Fewer jokes before each correction: more of them, but more erratic.",
        chosen="Every step reads this many jokes, short or long; long ones need more memory.",
        none="Counted in tokens", others="per_device_train_batch_size per_gpu examples",
        is_factor=True,
    ),
    Setting(
        "gradient_accumulation", "Gradient accumulation", Group.MUCH, 1, 1024,
        "Collects so many batches for each correction.",
        higher="As if more jokes were read at a time, without more memory; fewer corrections.",
        lower="Fewer jokes for each correction: more of them, but more erratic.",
        others="gradient_accumulation_steps batches", is_factor=True,
    ),
    Setting(
        "block_size", "Block size", Group.MUCH, 16, 1024,
        "Packs whole jokes into blocks of so many tokens.",
        higher="Longer blocks: more jokes side by side, and more memory.",
        lower="Shorter blocks: fewer jokes side by side; a longer joke is cut.",
        chosen="Jokes are read one after the other; one may colour the next.",
        none="One joke an example", others="packing pack context length max_length",
        is_factor=True,
    ),
    Setting(
        "learning_rate", "Learning rate", Group.RATE, 1e-7, 0.1,
        "How strongly each step corrects it.",
        higher="Stronger corrections: it learns faster, and may end in gibberish.",
        lower="Gentler corrections: it keeps more of what it knew, and may hardly take on "
        "your jokes.",
        chosen="Too much and the jokes turn into gibberish, too little and it hardly learns them.",
        is_whole=False, others="lr learning_rate speed", is_factor=True,
    ),
    Setting(
        "weight_decay", "Weight decay", Group.OPTIMIZER, 0, 1,
        "Lets what it learned fade a little at each step.",
        higher="Fades more: less by heart, and less of your jokes' own turns of phrase.",
        lower="Fades less: it holds on to more of what it reads, by heart too.",
        is_whole=False, others="weight_decay regularisation regularization l2 adamw",
    ),
    Setting(
        "beta1", "Beta 1", Group.OPTIMIZER, 0, 0.9999,
        "How long a correction carries on in its direction.",
        higher="Smoother: single jokes count less, and it is slow to turn round.",
        lower="Follows the jokes of each step more closely, and more erratically.",
        is_whole=False, others="adam_beta1 betas momentum adamw",
    ),
    Setting(
        "beta2", "Beta 2", Group.OPTIMIZER, 0, 0.99999,
        "How long it remembers how large its corrections were.",
        higher="Steadier, but slow to notice that the jokes have become harder or easier.",
        lower="Adapts sooner; an unusual joke upsets it more.",
        is_whole=False, others="adam_beta2 betas adamw",
    ),
    Setting(
        "epsilon", "Epsilon", Group.OPTIMIZER, 1e-12, 0.01,
        "Keeps tiny corrections from being blown up.",
        higher="Words that are rare in your jokes are learned less.",
        lower="Rare words are learned as strongly as common ones; it may become unsteady.",
        is_whole=False, others="adam_epsilon eps adamw", is_factor=True,
    ),
    Setting(
        "gradient_norm", "Gradient norm", Group.OPTIMIZER, 0.001, 1000,
        "The most that the jokes of one step may change it.",
        higher="Unusual jokes may pull harder, and throw it off course.",
        lower="No joke can pull hard: calmer, and slower to learn.",
        is_whole=False, others="max_grad_norm clipping clip gradient", is_factor=True,
    ),
    Setting(
        "logging_steps", "Logging steps", Group.KEEPING, 1, _MOST_STEPS,
        "Steps from one point of the curve to the next.",
        higher="Fewer points on the curve; the jokes stay the same.",
        lower="More points on the curve; the jokes stay the same.",
        others="logging_steps log curve",
    ),
    Setting(
        "evaluation_steps", "Evaluation steps", Group.KEEPING, 1, _MOST_STEPS,
        "Steps from one check on jokes it has not seen to the next.",
        higher="Fewer checks: quicker, but its best moment may be missed.",
        lower="More checks: its best moment is met more exactly, but each takes time.",
        chosen="Few checks may miss its best moment; many take time.",
        others="eval_steps eval validation checks",
    ),
    Setting(
        "saving_steps", "Saving steps", Group.KEEPING, 1, _MOST_STEPS,
        "Steps from one saved state to the next.",
        higher="Saved more rarely: a crash costs more of what it learned.",
        lower="Saved more often: a crash costs less, but saving takes time.",
        chosen="What was learned since the last save is lost in a crash; saving takes time.",
        others="save_steps checkpoints save",
    ),
    Setting(
        "checkpoints_kept", "Checkpoints kept", Group.KEEPING, 0, 1000,
        "How many earlier states stay, beside the best one.",
        higher="More of its past to measure and to play with; each is as large as the base model.",
        lower="Less of its past to measure and to play with, and less disk space.",
        others="save_total_limit checkpoints keep",
    ),
    Setting(
        "seed", "Seed", Group.ARITHMETIC, 0, _HIGHEST_SEED,
        "The same number gives the same run.",
        higher="The jokes come in another order: another run, no better and no worse.",
        lower="The jokes come in another order: another run, no better and no worse.",
        others="random chance order shuffle reproducible",
    ),
)  # fmt: skip

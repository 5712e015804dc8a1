"""LLaMA-Factory's command line on a base in 4 bits, its visual part left as it is.

LLaMA-Factory 0.9.5 has no argument for what is not quantised and would put the vision tower and
its merger in 4 bits too: the adapter would learn to make up for pictures seen worse than the
merged model sees them.
"""

import sys
from functools import partial

from trainer.model.nf4 import KEPT


def leave_visual() -> None:
    """Let LLaMA-Factory quantise as ``trainer.model.nf4`` does."""
    from llamafactory.model.model_utils import quantization

    quantization.BitsAndBytesConfig = partial(
        quantization.BitsAndBytesConfig, llm_int8_skip_modules=list(KEPT)
    )


def main() -> None:
    """As ``llamafactory-cli`` with this process's arguments; without a verb, as its worker."""
    from llamafactory import launcher

    leave_visual()
    if sys.argv[1:2] == ["train"]:
        # With several cards LLaMA-Factory starts this file once for each, with the YAML alone.
        launcher.__file__ = __file__
        launcher.launch()
    else:
        from llamafactory.train.tuner import run_exp

        run_exp()


if __name__ == "__main__":
    main()

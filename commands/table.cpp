// SPDX-License-Identifier: MIT
#include "commands/commands.h"

namespace pincel {
namespace {

constexpr Command kCommands[] = {
    {"help", "list the commands, or the options of one", help_command},
    {"judge", "score pictures against prompts with a CLIP that guided none of them", judge_command},
    {"paint", "paint a picture from words", paint_command},
    {"scenes", "show or write the captioned scenes that the models learn from", scenes_command},
    {"train clip", "train a guide or a judge", train_clip_command},
    {"train prior", "train the prior over the codes of a VQGAN", train_prior_command},
    {"train tokenizer", "learn the byte pairs of a tokenizer from captions",
     train_tokenizer_command},
    {"train vqgan", "train a VQGAN", train_vqgan_command},
};

}  // namespace

std::span<const Command> all_commands() { return kCommands; }

}  // namespace pincel

// SPDX-License-Identifier: MIT
#include "commands/commands.h"

namespace pincel {
namespace {

constexpr Command kCommands[] = {
    {"batch", "paint every picture of a list", batch_command},
    {"batch status", "say how far a list is", batch_status_command},
    {"bench embed", "time how fast pictures are embedded, from files and from memory",
     bench_embed_command},
    {"bench kernels", "time the pieces of a step beside separate operations",
     bench_kernels_command},
    {"bench search", "time how long an index of a million pictures takes to answer",
     bench_search_command},
    {"bench step", "time a step of painting, stage by stage", bench_step_command},
    {"bench time-to-score", "race recipes for painting to the same judged quality",
     bench_time_to_score_command},
    {"classify", "say which of your labels pictures show", classify_command},
    {"compare", "say in what two pictures or runs differ", compare_command},
    {"completion", "print a script that completes commands in a shell", completion_command},
    {"embed", "write the embeddings of pictures or words", embed_command},
    {"evaluate", "measure a CLIP on labelled or captioned pictures", evaluate_command},
    {"help", "list the commands, or the options of one", help_command},
    {"import", "turn settings of other programs into a config file", import_command},
    {"judge", "score pictures against prompts with a CLIP that guided none of them", judge_command},
    {"models add", "keep a name for a model of yours", models_add_command},
    {"models convert", "write any checkpoint as safetensors", models_convert_command},
    {"models inspect", "say what a checkpoint holds", models_inspect_command},
    {"models list", "list the models that have a name", models_list_command},
    {"models verify", "check every value of a checkpoint", models_verify_command},
    {"moderate", "say which pictures show what a policy forbids", moderate_command},
    {"moderate evaluate", "measure a policy, and propose its thresholds",
     moderate_evaluate_command},
    {"paint", "paint a picture from words", paint_command},
    {"reconstruct", "show what a VQGAN makes of a picture", reconstruct_command},
    {"sample", "draw pictures code by code, without a guide", sample_command},
    {"scenes", "show or write the captioned scenes that the models learn from", scenes_command},
    {"search", "find pictures by words or by other pictures", search_command},
    {"search index", "look at a folder of pictures, for search", search_index_command},
    {"sheet", "put pictures side by side, with labels", sheet_command},
    {"sweep", "try settings in all combinations and show which mattered", sweep_command},
    {"train clip", "train a guide or a judge", train_clip_command},
    {"train prior", "train the prior over the codes of a VQGAN", train_prior_command},
    {"train tokenizer", "learn the byte pairs of a tokenizer from captions",
     train_tokenizer_command},
    {"train vqgan", "train a VQGAN", train_vqgan_command},
    {"vector", "learn a direction from two folders of pictures", vector_command},
};

}  // namespace

std::span<const Command> all_commands() { return kCommands; }

}  // namespace pincel

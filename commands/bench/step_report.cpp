// SPDX-License-Identifier: MIT
#include "commands/bench/step_report.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "core/free_memory.h"

namespace pincel {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kGiga = 1e9;

Json flops_json(const Flops& flops) {
  return {{"forward", flops.forward}, {"backward", flops.backward}};
}

}  // namespace

Json machine_json(const Machine& machine) {
  return {{"processor", machine.processor},
          {"cores", machine.cores},
          {"threads", machine.threads},
          {"device", machine.device},
          {"date", machine.date}};
}

std::string machine_line(const Machine& machine) {
  return fmt::format("{}, {} cores, {} threads, {}, {}", machine.processor, machine.cores,
                     machine.threads, machine.device, machine.date);
}

Json step_json(const StepOptions& options, const StepLoop& loop, const StepFigures& figures) {
  Json stages;
  for (const auto& stage : figures.stages) stages[stage.name] = stage.seconds;
  Json parity = Json::object();
  for (const auto& stage : figures.parity) parity[stage.stage] = stage.cosine;
  return {
      {"machine", machine_json(this_machine(loop.device()))},
      {"vqgan", options.vqgan_arch},
      {"clip", options.clip_arch},
      {"size", {loop.shape().width, loop.shape().height}},
      {"cutouts", loop.shape().cutouts},
      {"batch", loop.shape().batch},
      {"precision", precision_name(loop.dtype())},
      {"seconds_per_step", figures.seconds_per_step()},
      {"seconds", figures.seconds},
      {"stages", stages},
      {"operations_per_step", figures.flops.total()},
      {"operations",
       {{"decode", flops_json(figures.flops.decode)}, {"clip", flops_json(figures.flops.clip)}}},
      {"operations_per_second", figures.rate()},
      {"matrix_rate", figures.matrix_rate},
      {"convolution_rate", figures.convolution_rate},
      {"share_of_matrix_rate", figures.share()},
      {"peak_memory", figures.peak_memory},
      {"planned_memory", loop.loaded_memory() + loop.plan().bytes},
      {"plan", loop.plan().text()},
      {"gradient_cosine", parity}};
}

std::string step_table(const StepOptions& options, const StepLoop& loop,
                       const StepFigures& figures) {
  const StepShape& shape = loop.shape();
  const double whole = figures.seconds_per_step();
  std::string text =
      fmt::format("{} + {}, {}x{}, {} cutouts, batch {}, {}\n{}\n\n", options.vqgan_arch,
                  options.clip_arch, shape.width, shape.height, shape.cutouts, shape.batch,
                  precision_name(loop.dtype()), machine_line(this_machine(loop.device())));
  text += fmt::format("{:<10}{:>10}{:>9}\n", "stage", "seconds", "share");
  for (const auto& stage : figures.stages) {
    text += fmt::format("{:<10}{:>10.4f}{:>7.0f} %\n", stage.name, stage.seconds,
                        100 * stage.seconds / whole);
  }
  text += fmt::format("{:<10}{:>10.4f}\n\n", "step", whole);
  text += fmt::format("work      {:.1f} GFLOP a step, done at {:.0f} GFLOPS\n",
                      figures.flops.total() / kGiga, figures.rate() / kGiga);
  text += fmt::format("machine   matrix products {:.0f} GFLOPS, convolutions {:.0f} GFLOPS\n",
                      figures.matrix_rate / kGiga, figures.convolution_rate / kGiga);
  text += fmt::format("ratio     {:.2f} of the rate of matrix products\n", figures.share());
  text += fmt::format("memory    {:.2f} GiB at most, planned {:.2f} GiB ({})\n",
                      static_cast<double>(figures.peak_memory) / kGibibyte,
                      static_cast<double>(loop.loaded_memory() + loop.plan().bytes) / kGibibyte,
                      loop.plan().text());
  for (const auto& stage : figures.parity) {
    text += fmt::format("gradient  {}: cosine {:.6f} between float32 and {}\n", stage.stage,
                        stage.cosine, precision_name(loop.dtype()));
  }
  return text;
}

}  // namespace pincel

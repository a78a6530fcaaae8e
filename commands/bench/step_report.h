// SPDX-License-Identifier: MIT
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "commands/bench/machine.h"
#include "commands/bench/step.h"

namespace pincel {

// Everything a reader needs to measure it again: members `machine`, `models`, ..., and the figures,
// in seconds, operations, operations a second and bytes.
nlohmann::ordered_json step_json(const StepOptions& options, const StepLoop& loop,
                                 const StepFigures& figures);

// The same as a table for people.
std::string step_table(const StepOptions& options, const StepLoop& loop,
                       const StepFigures& figures);

nlohmann::ordered_json machine_json(const Machine& machine);
std::string machine_line(
    const Machine& machine);  // "AMD EPYC, 2 cores, 2 threads, cpu, 2030-01-31"

}  // namespace pincel

// SPDX-License-Identifier: MIT
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <exception>
#include <filesystem>
#include <string>

namespace pincel {

inline constexpr double kGibibyte = 1024.0 * 1024.0 * 1024.0;

// Bytes of "512MiB" or "6GiB" (KiB, MiB, GiB, TiB; "1.5GiB" too). Error (bad value) naming `option`
// for anything else, also for a bare number, which could be meant in any of them.
std::int64_t memory_size(const std::string& text, const std::string& option);
// "6.2 GiB", "340 MiB"
std::string written_memory(std::int64_t bytes);

// Bytes that this process could still take: on a GPU, what nobody holds; else the least of what the
// system has available and what is left of the memory limits of our control groups.
std::int64_t free_memory(const at::Device& device);
// Bytes that it holds now: on a GPU, in tensors; else resident, but for what the next tensors can
// be put into.
std::int64_t used_memory(const at::Device& device);

// The same for a CPU, from the kernel's files below `root`.
std::int64_t free_memory_of_system(const std::filesystem::path& root);

// Whether that is what was missing, on any device.
bool is_out_of_memory(const std::exception& error);

// Gives back what libtorch keeps for later, where another allocation might need it.
void release_kept_memory(const at::Device& device);

}  // namespace pincel

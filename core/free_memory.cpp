// SPDX-License-Identifier: MIT
#include "core/free_memory.h"

#include <ATen/DeviceAccelerator.h>
#include <c10/util/Exception.h>
#include <fmt/core.h>
#include <malloc.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <new>
#include <optional>
#include <string_view>
#include <utility>

#include "core/error.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr double kKibibyte = 1024;
constexpr std::size_t kAggregate = 0;  // allocator statistics of all pools together
constexpr std::pair<std::string_view, int> kUnits[] = {
    {"KiB", 1}, {"MiB", 2}, {"GiB", 3}, {"TiB", 4}};

// The number that a file holds alone; nothing for "max" or no file.
std::optional<std::int64_t> number_in(const fs::path& file) {
  std::ifstream text(file);
  std::int64_t number = 0;
  if (text >> number) return number;
  return std::nullopt;
}

// Of a line "key   123 kB".
std::optional<std::int64_t> kibibytes_of(const fs::path& file, std::string_view key) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key)) continue;
    return static_cast<std::int64_t>(std::strtoll(line.c_str() + key.size(), nullptr, 10) *
                                     static_cast<std::int64_t>(kKibibyte));
  }
  return std::nullopt;
}

// What the control groups of this process leave, from its own up to the root: version 2 ("0::/a/b")
// and the memory controller of version 1 ("5:memory:/a/b").
std::int64_t left_of_groups(const fs::path& root) {
  std::int64_t left = std::numeric_limits<std::int64_t>::max();
  const auto look = [&](const fs::path& group, const char* limit, const char* use) {
    const auto most = number_in(group / limit);
    if (!most) return;
    left = std::min(left, std::max<std::int64_t>(0, *most - number_in(group / use).value_or(0)));
  };
  std::ifstream lines(root / "proc/self/cgroup");
  for (std::string line; std::getline(lines, line);) {
    const auto first = line.find(':');
    const auto second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string kinds = line.substr(first + 1, second - first - 1);
    const bool is_second = kinds.empty();
    if (!is_second && kinds != "memory") continue;
    const fs::path top = root / (is_second ? "sys/fs/cgroup" : "sys/fs/cgroup/memory");
    fs::path below = fs::path(line.substr(second + 1)).relative_path();
    for (;; below = below.parent_path()) {
      if (is_second) {
        look(top / below, "memory.max", "memory.current");
      } else {
        look(top / below, "memory.limit_in_bytes", "memory.usage_in_bytes");
      }
      if (below.empty()) break;
    }
  }
  return left;
}

// What malloc keeps for later and has touched: not the end of its heap.
std::int64_t reusable_memory() {
  const auto heap = mallinfo2();
  return static_cast<std::int64_t>(heap.fordblks - std::min(heap.fordblks, heap.keepcost));
}

c10::DeviceIndex index_of(const at::Device& device) {
  return std::max<c10::DeviceIndex>(0, device.index());
}

}  // namespace

std::int64_t memory_size(const std::string& text, const std::string& option) {
  double number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
  const auto* known = std::find_if(std::begin(kUnits), std::end(kUnits),
                                   [&](const auto& item) { return item.first == unit; });
  const bool is_size = error == std::errc() && known != std::end(kUnits) && number > 0;
  const double bytes = is_size ? number * std::pow(kKibibyte, known->second) : 0;
  require(bytes >= 1 && bytes < 0x1p62, ExitCode::bad_value,
          "{}: '{}' is no amount of memory; expected one with its unit, such as 512MiB or 6GiB",
          option, text);
  return static_cast<std::int64_t>(bytes);
}

std::string written_memory(std::int64_t bytes) {
  const double mebibytes = static_cast<double>(bytes) / (kKibibyte * kKibibyte);
  if (mebibytes < kKibibyte) return fmt::format("{:.0f} MiB", mebibytes);
  return fmt::format("{:.1f} GiB", mebibytes / kKibibyte);
}

std::int64_t free_memory_of_system(const fs::path& root) {
  const auto available = kibibytes_of(root / "proc/meminfo", "MemAvailable:");
  return std::min(available.value_or(std::numeric_limits<std::int64_t>::max()),
                  left_of_groups(root));
}

std::int64_t free_memory(const at::Device& device) {
  if (device.is_cuda()) {
    return static_cast<std::int64_t>(at::accelerator::getMemoryInfo(index_of(device)).first);
  }
  return free_memory_of_system("/");
}

std::int64_t used_memory(const at::Device& device) {
  if (device.is_cuda()) {
    return at::accelerator::getDeviceStats(index_of(device)).allocated_bytes[kAggregate].current;
  }
  const auto resident = kibibytes_of("/proc/self/status", "VmRSS:").value_or(0);
  return std::max<std::int64_t>(0, resident - reusable_memory());
}

bool is_out_of_memory(const std::exception& error) {
  if (dynamic_cast<const std::bad_alloc*>(&error) != nullptr) return true;
  if (dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr) return true;
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  if (torch_error == nullptr) return false;
  const std::string_view text = torch_error->what_without_backtrace();
  return text.find("allocate memory") != std::string_view::npos;
}

void release_kept_memory(const at::Device& device) {
  if (device.is_cuda()) {
    at::accelerator::emptyCache();
  } else {
    malloc_trim(0);
  }
}

}  // namespace pincel

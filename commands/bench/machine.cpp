// SPDX-License-Identifier: MIT
#include "commands/bench/machine.h"

#include <ATen/DeviceAccelerator.h>
#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace pincel {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::int64_t kKibibyte = 1024;
constexpr std::size_t kAggregate = 0;  // allocator statistics of all pools together

// The text behind "key : " in one of the kernel's files; "" where there is none.
std::string value_in(const std::string& file, const std::string& key) {
  std::ifstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t colon = line.find(':');
    if (colon == std::string::npos) continue;
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return "";
}

std::string graphics_processor() {
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/driver/nvidia/gpus", none)) {
    const std::string model = value_in((entry.path() / "information").string(), "Model");
    if (!model.empty()) return model;
  }
  return "a GPU";
}

std::string today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  char text[16];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts)};
}

// A GPU is asked several times in a row: one product alone would not last longer than its launch.
template <class Work>
double rate_of(double operations, const at::Device& device, const Work& work) {
  const int times = device.is_cuda() ? 10 : 1;
  finish_work(device);
  const auto start = Clock::now();
  for (int i = 0; i < times; ++i) work();
  finish_work(device);
  return times * operations / std::chrono::duration<double>(Clock::now() - start).count();
}

}  // namespace

Machine this_machine(const at::Device& device) {
  std::string processor = value_in("/proc/cpuinfo", "model name");
  if (device.is_cuda()) processor += " with " + graphics_processor();
  return {.processor = processor,
          .cores = std::max(1U, std::thread::hardware_concurrency()),
          .threads = at::get_num_threads(),
          .device = device.str(),
          .date = today()};
}

std::int64_t peak_memory(const at::Device& device) {
  if (device.is_cuda()) {
    const auto stats = at::accelerator::getDeviceStats(std::max<int>(0, device.index()));
    return stats.allocated_bytes[kAggregate].peak;
  }
  std::int64_t kibibytes = 0;
  std::istringstream(value_in("/proc/self/status", "VmHWM")) >> kibibytes;
  return kibibytes * kKibibyte;
}

void reset_peak_memory(const at::Device& device) {
  if (device.is_cuda()) {
    at::accelerator::resetPeakStats(std::max<int>(0, device.index()));
    return;
  }
  std::ofstream("/proc/self/clear_refs") << "5";  // sets VmHWM back to what is resident now
}

void finish_work(const at::Device& device) {
  if (device.is_cuda()) at::accelerator::synchronizeDevice(std::max<int>(0, device.index()));
}

double matrix_rate(const at::Device& device, at::ScalarType dtype) {
  const std::int64_t side = device.is_cuda() ? 8192 : 2048;
  const torch::NoGradGuard no_grad;
  const auto matrix =
      torch::full({side, side}, 0.5, torch::TensorOptions().dtype(dtype).device(device));
  const double operations = 2 * std::pow(static_cast<double>(side), 3);
  return rate_of(operations, device, [&] { return torch::mm(matrix, matrix); });
}

double convolution_rate(const at::Device& device, at::ScalarType dtype) {
  constexpr std::int64_t kChannels = 256;
  constexpr std::int64_t kSide = 128;
  const std::int64_t pictures = device.is_cuda() ? 32 : 1;
  const torch::NoGradGuard no_grad;
  const auto options = torch::TensorOptions().dtype(dtype).device(device);
  const auto map = torch::full({pictures, kChannels, kSide, kSide}, 0.5, options);
  const auto kernel = torch::full({kChannels, kChannels, 3, 3}, 0.01, options);
  const double operations = 2.0 * 9 * kChannels * kChannels * kSide * kSide;
  return rate_of(static_cast<double>(pictures) * operations, device,
                 [&] { return torch::conv2d(map, kernel, {}, 1, 1); });
}

double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

}  // namespace pincel

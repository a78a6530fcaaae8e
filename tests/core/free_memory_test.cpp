// SPDX-License-Identifier: MIT
#include "core/free_memory.h"

#include <c10/util/Exception.h>

#include <fstream>
#include <new>
#include <stdexcept>

#include "core/error.h"
#include "tests/catch.h"
#include "tests/temporary_folder.h"

namespace pincel::free_memory_test {
namespace {

constexpr std::int64_t kMebibyte = 1024 * 1024;

void put(const std::filesystem::path& file, const std::string& text) {
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file) << text;
}

TEST_CASE("an amount of memory is a number with its unit") {
  CHECK(memory_size("512MiB", "memory") == 512 * kMebibyte);
  CHECK(memory_size("6GiB", "memory") == 6 * 1024 * kMebibyte);
  CHECK(memory_size("1.5GiB", "memory") == 1536 * kMebibyte);
  CHECK(memory_size("64KiB", "memory") == 65536);
  for (const char* wrong : {"", "6", "6GB", "GiB", "-1GiB", "0GiB", "6 GiB", "6GiBs", "nanGiB",
                            "infGiB", "1e300TiB", "0x6GiB"}) {
    INFO(wrong);
    try {
      memory_size(wrong, "memory");
      FAIL("was taken");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::bad_value);
      CHECK(std::string(error.what()).find("memory: '") == 0);
      CHECK(std::string(error.what()).find('\n') == std::string::npos);
    }
  }
  CHECK(written_memory(340 * kMebibyte) == "340 MiB");
  CHECK(written_memory(6349 * kMebibyte) == "6.2 GiB");
}

using tests::TemporaryFolder;

TEST_CASE("free memory is the least of what the system has and what any control group leaves") {
  const TemporaryFolder root;
  put(root / "proc/meminfo", "MemTotal:  9000000 kB\nMemAvailable:    1048576 kB\n");
  CHECK(free_memory_of_system(root.path()) == 1024 * kMebibyte);
  put(root / "proc/self/cgroup", "0::/user/app\n");
  put(root / "sys/fs/cgroup/user/app/memory.max", "max\n");
  put(root / "sys/fs/cgroup/user/memory.max", "536870912\n");
  put(root / "sys/fs/cgroup/user/memory.current", "104857600\n");
  CHECK(free_memory_of_system(root.path()) == 412 * kMebibyte);
  put(root / "proc/self/cgroup", "9:cpu,cpuacct:/x\n5:memory:/y\n");
  put(root / "sys/fs/cgroup/memory/y/memory.limit_in_bytes", "209715200\n");
  put(root / "sys/fs/cgroup/memory/y/memory.usage_in_bytes", "314572800\n");
  CHECK(free_memory_of_system(root.path()) == 0);
}

TEST_CASE("this machine has free memory and this process holds some") {
  CHECK(free_memory(at::Device(at::kCPU)) > 0);
  CHECK(used_memory(at::Device(at::kCPU)) > kMebibyte);
}

TEST_CASE("running out of memory is told from other errors") {
  CHECK(is_out_of_memory(std::bad_alloc()));
  try {
    TORCH_CHECK_WITH(OutOfMemoryError, false, "CUDA out of memory");
  } catch (const std::exception& error) {
    CHECK(is_out_of_memory(error));
  }
  try {
    TORCH_CHECK(false, "DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes");
  } catch (const std::exception& error) {
    CHECK(is_out_of_memory(error));
  }
  try {
    TORCH_CHECK(false, "shapes do not fit");
  } catch (const std::exception& error) {
    CHECK_FALSE(is_out_of_memory(error));
  }
  CHECK_FALSE(is_out_of_memory(std::runtime_error("allocate")));
}

}  // namespace
}  // namespace pincel::free_memory_test

// SPDX-License-Identifier: MIT
// The meter of tests/core/allocations.h: malloc and its relatives, counted.
#include "tests/core/allocations.h"

#include <malloc.h>
#include <torch/torch.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/catch.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/allocator_interface.h>
#endif

namespace {

std::atomic<long long> held{0}, most{0};  // bytes

void* count(void* pointer, std::size_t size) {
  if (pointer == nullptr) return nullptr;
  const long long now = held += static_cast<long long>(size);
  if (now > most) most = now;
  return pointer;
}

void uncount(std::size_t size) { held -= static_cast<long long>(size); }

}  // namespace

#if defined(__SANITIZE_ADDRESS__)

namespace {

void on_malloc(const volatile void* pointer, std::size_t size) {
  count(const_cast<void*>(pointer), size);
}

void on_free(const volatile void* pointer) {
  if (pointer == nullptr) return;
  uncount(__sanitizer_get_allocated_size(const_cast<void*>(pointer)));
}

[[maybe_unused]] const int kInstalled =
    __sanitizer_install_malloc_and_free_hooks(&on_malloc, &on_free);

}  // namespace

#else

// glibc's own, under the names that it keeps for whoever replaces the plain ones.
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* pointer, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* pointer);

void* malloc(std::size_t size) noexcept {
  void* pointer = __libc_malloc(size);
  return count(pointer, malloc_usable_size(pointer));
}

void* calloc(std::size_t items, std::size_t size) noexcept {
  void* pointer = __libc_calloc(items, size);
  return count(pointer, malloc_usable_size(pointer));
}

// Both the old and the new block are there while the one is copied to the other.
void* realloc(void* old, std::size_t size) noexcept {
  const std::size_t before = malloc_usable_size(old);
  void* pointer = __libc_realloc(old, size);
  if (pointer == nullptr && size > 0) return nullptr;
  count(pointer, malloc_usable_size(pointer));
  uncount(before);
  return pointer;
}

void* memalign(std::size_t alignment, std::size_t size) noexcept {
  void* pointer = __libc_memalign(alignment, size);
  return count(pointer, malloc_usable_size(pointer));
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return memalign(alignment, size);
}

int posix_memalign(void** pointer, std::size_t alignment, std::size_t size) noexcept {
  *pointer = memalign(alignment, size);
  return *pointer == nullptr ? ENOMEM : 0;
}

void free(void* pointer) noexcept {
  uncount(malloc_usable_size(pointer));
  __libc_free(pointer);
}
}

#endif

namespace pincel::tests {

AllocationMeter::AllocationMeter() { held = most = 0; }

std::size_t AllocationMeter::peak() const {
  return static_cast<std::size_t>(std::max(0LL, most.load()));
}

TEST_CASE("the meter counts what is held at once, by the program and by libtorch") {
  constexpr std::size_t kMegabyte = std::size_t{1} << 20U;
  const auto is_about = [](std::size_t bytes, std::size_t megabytes) {
    return bytes >= megabytes * kMegabyte && bytes < megabytes * kMegabyte + kMegabyte / 4;
  };
  AllocationMeter strings;
  for (int i = 0; i < 5; ++i) {
    const std::string text(2 * kMegabyte, 'x');
    CHECK(text.back() == 'x');
  }
  CHECK(is_about(strings.peak(), 2));
  AllocationMeter vectors;
  std::vector<std::vector<char>> all;
  for (int i = 0; i < 3; ++i) all.emplace_back(kMegabyte);
  CHECK(is_about(vectors.peak(), 3));
  AllocationMeter tensors;
  const at::Tensor values = torch::empty({5, 1 << 20U}, at::kByte);
  CHECK(is_about(tensors.peak(), 5));
  CHECK(values.numel() == 5 << 20U);
}

}  // namespace pincel::tests

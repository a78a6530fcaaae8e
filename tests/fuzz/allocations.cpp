// SPDX-License-Identifier: MIT
#include "tests/fuzz/allocations.h"

#include <sanitizer/allocator_interface.h>

#include <algorithm>
#include <atomic>

namespace pincel::fuzz {
namespace {

std::atomic<long long> held{0}, most{0};  // bytes; `held` may be below 0 when older ones are freed

void on_malloc(const volatile void*, std::size_t size) {
  const long long now = held += static_cast<long long>(size);
  most = std::max(most.load(), now);
}

void on_free(const volatile void* pointer) {
  if (pointer == nullptr) return;
  held -= static_cast<long long>(__sanitizer_get_allocated_size(const_cast<void*>(pointer)));
}

}  // namespace

void start_counting() {
  [[maybe_unused]] static const int once =
      __sanitizer_install_malloc_and_free_hooks(&on_malloc, &on_free);
  held = most = 0;
}

std::size_t peak_bytes() { return static_cast<std::size_t>(most.load()); }

}  // namespace pincel::fuzz

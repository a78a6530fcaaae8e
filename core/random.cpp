// SPDX-License-Identifier: MIT
#include "core/random.h"

#include <ATen/CPUGeneratorImpl.h>

namespace pincel {

std::uint64_t mix_seed(std::uint64_t seed, std::string_view name) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  std::uint64_t z = seed + hash + 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31U);
}

at::Generator make_generator(std::uint64_t seed, std::string_view name) {
  return at::detail::createCPUGenerator(mix_seed(seed, name));
}

}  // namespace pincel

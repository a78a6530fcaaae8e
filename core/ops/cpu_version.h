// SPDX-License-Identifier: MIT
// Which version of an inner loop this machine's processor can run: what the functions marked
// [[gnu::target(...)]] were compiled for.
#pragma once

namespace pincel::ops {

#if defined(__x86_64__)
// "avx2,fma"
inline bool cpu_runs_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

// "avx2,fma,avx512f,avx512bw,avx512dq,avx512vl"
inline bool cpu_runs_avx512() {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}
#endif

}  // namespace pincel::ops

// SPDX-License-Identifier: MIT
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/picture.h"
#include "scenes/stream.h"

namespace pincel {

struct CaptionedPicture {
  Picture picture;
  std::string caption;
};

// Makes numbered samples ahead of their use on threads of its own and hands them out in order. An
// exception of `make` is thrown again by the `next` that needs that sample.
class Prefetch {
 public:
  using Make = std::function<CaptionedPicture(std::uint64_t)>;

  Prefetch(Make make, int threads);
  ~Prefetch();
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;

  CaptionedBatch next(int n, int size);
  std::uint64_t position() const;
  void seek(std::uint64_t position);

 private:
  struct Sample {
    CaptionedPicture made;
    std::exception_ptr failure;
  };

  void work();
  Sample take(std::uint64_t number);

  Make make_;
  mutable std::mutex mutex_;
  std::condition_variable wanted_, made_;
  std::map<std::uint64_t, Sample> ready_;
  std::uint64_t position_ = 0;  // the next to hand out
  std::uint64_t started_ = 0;   // the next to make
  std::uint64_t ahead_ = 256;   // how many may wait
  std::uint64_t round_ = 0;     // counts the seeks: what was begun before one is dropped
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace pincel

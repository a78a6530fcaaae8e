// SPDX-License-Identifier: MIT
#include "scenes/prefetch.h"

#include <algorithm>

#include "core/error.h"

namespace pincel {
namespace {

// Interleaved rows to the three planes of picture `index` of a batch.
void copy_planes(const Picture& picture, CaptionedBatch& batch, std::size_t index) {
  const std::size_t area = static_cast<std::size_t>(batch.size) * batch.size;
  std::uint8_t* to = batch.pixels.data() + index * area * 3;
  for (std::size_t i = 0; i < area; ++i)
    for (std::size_t c = 0; c < 3; ++c) to[c * area + i] = picture.rgb[i * 3 + c];
}

}  // namespace

Prefetch::Prefetch(Make make, int threads) : make_(std::move(make)) {
  for (int i = 0; i < std::max(threads, 1); ++i) threads_.emplace_back([this] { work(); });
}

Prefetch::~Prefetch() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Prefetch::work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    wanted_.wait(lock, [this] { return stopping_ || started_ < position_ + ahead_; });
    if (stopping_) return;
    const std::uint64_t number = started_++, round = round_;
    lock.unlock();
    Sample sample;
    try {
      sample.made = make_(number);
    } catch (...) {
      sample.failure = std::current_exception();
    }
    lock.lock();
    if (round != round_) continue;
    ready_[number] = std::move(sample);
    made_.notify_all();
  }
}

Prefetch::Sample Prefetch::take(std::uint64_t number) {
  std::unique_lock<std::mutex> lock(mutex_);
  made_.wait(lock, [&] { return ready_.count(number) > 0; });
  Sample sample = std::move(ready_.at(number));
  ready_.erase(number);
  position_ = number + 1;
  lock.unlock();
  wanted_.notify_one();
  return sample;
}

CaptionedBatch Prefetch::next(int n, int size) {
  require(n > 0, ExitCode::bad_value, "a batch of {} pictures: ask for 1 or more", n);
  std::uint64_t first = 0;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ahead_ = std::max<std::uint64_t>(ahead_, static_cast<std::uint64_t>(n) * 2);
    first = position_;
  }
  wanted_.notify_all();
  CaptionedBatch batch;
  batch.size = size;
  batch.pixels.resize(static_cast<std::size_t>(n) * 3 * size * size);
  for (int i = 0; i < n; ++i) {
    Sample sample = take(first + static_cast<std::uint64_t>(i));
    if (sample.failure) std::rethrow_exception(sample.failure);
    copy_planes(sample.made.picture, batch, static_cast<std::size_t>(i));
    batch.captions.push_back(std::move(sample.made.caption));
  }
  return batch;
}

std::uint64_t Prefetch::position() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return position_;
}

void Prefetch::seek(std::uint64_t position) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++round_;
    ready_.clear();
    position_ = started_ = position;
  }
  wanted_.notify_all();
}

}  // namespace pincel

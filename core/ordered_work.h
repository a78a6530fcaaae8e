// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace pincel {

struct OrderedWorkPlan {
  std::size_t count = 0;   // results in all
  std::size_t ahead = 64;  // that may wait to be taken
  int threads = 1;
};

// Makes the results 0, 1, ... on threads of its own, ahead of their use, and hands them out in
// order. What `make` throws is thrown again by the next() that would give that result.
template <class Result>
class OrderedWork {
 public:
  using Make = std::function<Result(std::size_t)>;

  OrderedWork(Make make, const OrderedWorkPlan& plan) : make_(std::move(make)), plan_(plan) {
    plan_.ahead = std::max<std::size_t>(plan_.ahead, 1);
    for (int i = 0; i < std::max(plan_.threads, 1); ++i) threads_.emplace_back([this] { work(); });
  }
  ~OrderedWork() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      stopping_ = true;
    }
    wanted_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }
  OrderedWork(const OrderedWork&) = delete;
  OrderedWork& operator=(const OrderedWork&) = delete;

  // Nothing after the last.
  std::optional<Result> next() {
    std::unique_lock<std::mutex> lock(mutex_);
    if (taken_ == plan_.count) return std::nullopt;
    made_.wait(lock, [this] { return ready_.count(taken_) > 0; });
    Made made = std::move(ready_.at(taken_));
    ready_.erase(taken_++);
    lock.unlock();
    wanted_.notify_one();
    if (made.failure) std::rethrow_exception(made.failure);
    return std::move(made.result);
  }

 private:
  struct Made {
    std::optional<Result> result;
    std::exception_ptr failure;
  };

  void work() {
    std::unique_lock<std::mutex> lock(mutex_);
    while (true) {
      wanted_.wait(lock, [this] {
        return stopping_ || started_ == plan_.count || started_ < taken_ + plan_.ahead;
      });
      if (stopping_ || started_ == plan_.count) return;
      const std::size_t number = started_++;
      lock.unlock();
      Made made;
      try {
        made.result = make_(number);
      } catch (...) {
        made.failure = std::current_exception();
      }
      lock.lock();
      ready_.emplace(number, std::move(made));
      if (number == taken_) made_.notify_one();
    }
  }

  Make make_;
  OrderedWorkPlan plan_;
  std::mutex mutex_;
  std::condition_variable wanted_, made_;
  std::map<std::size_t, Made> ready_;
  std::size_t taken_ = 0;    // the next to hand out
  std::size_t started_ = 0;  // the next to make
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace pincel

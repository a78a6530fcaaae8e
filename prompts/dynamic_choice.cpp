// SPDX-License-Identifier: MIT
#include "prompts/dynamic_choice.h"

#include <algorithm>

#include "prompts/dynamic_prompts.h"

namespace pincel {
namespace {

std::uint64_t bounded_product(std::uint64_t a, std::uint64_t b) {
  if (a == 0 || b == 0) return 0;
  return a > DynamicPrompt::kUncounted / b ? DynamicPrompt::kUncounted : a * b;
}

std::uint64_t bounded_sum(std::uint64_t a, std::uint64_t b) {
  return std::min(a + b, DynamicPrompt::kUncounted);
}

// Numbers at random from a seed, the same on every machine (SplitMix64).
class SampleNumbers {
 public:
  explicit SampleNumbers(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  double share() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }  // in [0, 1)

 private:
  std::uint64_t state_;
};

void append_number(const DynamicPart& part, std::uint64_t number, std::string& out);

void append_chosen(const DynamicPart& choice, std::uint64_t number, std::string& out) {
  std::size_t k = choice.least;
  while (number >= choice.way(0, k)) number -= choice.way(0, k++);
  std::size_t i = 0;
  if (choice.most == 1 && k == 1) {  // of a long file of wildcards: found in few steps
    const std::uint64_t left = choice.way(0, 1) - number;
    std::size_t end = choice.parts.size();
    while (end - i > 1) {
      const std::size_t middle = (i + end) / 2;
      (choice.way(middle, 1) >= left ? i : end) = middle;
    }
    number = choice.way(i, 1) - left;
  }
  for (bool is_first = true; k > 0; ++i) {
    const std::uint64_t after = choice.way(i + 1, k - 1);
    const std::uint64_t with = bounded_product(choice.parts[i]->count, after);
    if (number >= with) {
      number -= with;
      continue;
    }
    if (!is_first) out += choice.text;
    is_first = false;
    append_number(*choice.parts[i], number / after, out);
    number %= after;
    --k;
  }
}

void append_number(const DynamicPart& part, std::uint64_t number, std::string& out) {
  if (part.is_choice()) {
    append_chosen(part, number, out);
    return;
  }
  if (part.parts.empty()) out += part.text;
  std::vector<std::uint64_t> digits(part.parts.size());
  for (std::size_t i = part.parts.size(); i-- > 0;) {
    digits[i] = number % part.parts[i]->count;
    number /= part.parts[i]->count;
  }
  for (std::size_t i = 0; i < digits.size(); ++i) append_number(*part.parts[i], digits[i], out);
}

void append_sample(const DynamicPart& part, SampleNumbers& numbers, std::string& out) {
  if (!part.is_choice()) {
    if (part.parts.empty()) out += part.text;
    for (const auto& inner : part.parts) append_sample(*inner, numbers, out);
    return;
  }
  const std::size_t k = part.least + numbers.next() % (part.most - part.least + 1);
  std::vector<bool> is_chosen(part.parts.size());
  for (std::size_t n = 0; n < k; ++n) {
    double sum = 0;
    for (std::size_t i = 0; i < is_chosen.size(); ++i) sum += is_chosen[i] ? 0 : part.weights[i];
    double left = numbers.share() * sum;
    std::size_t chosen = is_chosen.size();
    for (std::size_t i = 0; i < is_chosen.size(); ++i) {
      if (is_chosen[i]) continue;
      chosen = i;
      left -= part.weights[i];
      if (left < 0) break;
    }
    is_chosen[chosen] = true;
  }
  bool is_first = true;
  for (std::size_t i = 0; i < is_chosen.size(); ++i) {
    if (!is_chosen[i]) continue;
    if (!is_first) out += part.text;
    is_first = false;
    append_sample(*part.parts[i], numbers, out);
  }
}

}  // namespace

void count_dynamic_choice(DynamicPart& choice) {
  const std::size_t row = choice.most + 1;
  const std::size_t parts = choice.parts.size();
  choice.ways.assign((parts + 1) * row, 0);
  choice.ways[parts * row] = 1;
  for (std::size_t i = parts; i-- > 0;) {
    for (std::size_t k = 0; k < row; ++k) {
      const std::uint64_t with =
          k == 0 ? 0 : bounded_product(choice.parts[i]->count, choice.way(i + 1, k - 1));
      choice.ways[i * row + k] = bounded_sum(choice.way(i + 1, k), with);
    }
  }
  choice.count = 0;
  for (std::size_t k = choice.least; k <= choice.most; ++k) {
    choice.count = bounded_sum(choice.count, choice.way(0, k));
  }
}

void count_dynamic_sequence(DynamicPart& sequence) {
  for (const auto& part : sequence.parts) {
    sequence.count = bounded_product(sequence.count, part->count);
  }
}

void append_dynamic_number(const DynamicPart& part, std::uint64_t number, std::string& out) {
  append_number(part, number, out);
}

void append_dynamic_sample(const DynamicPart& part, std::uint64_t seed, std::string& out) {
  SampleNumbers numbers(seed);
  append_sample(part, numbers, out);
}

}  // namespace pincel

// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "core/checkpoints/memory_budget.h"

namespace pincel {

using PickleRef = std::uint32_t;  // index of a value; the same value may be referred to twice
inline constexpr PickleRef kNoValue = 0xFFFFFFFF;

// What an instruction of a pickle made. Nothing is ever called: a class or function is a symbol, a
// call of it is an object that remembers symbol and arguments.
struct PickleValue {
  enum class Kind : std::uint8_t {
    none,
    boolean,
    integer,
    real,
    text,    // also bytes
    tuple,   // items
    list,    // items
    set,     // items
    dict,    // items: key, value, key, value, ...
    symbol,  // text: "module.name"
    object,  // callable, arguments, state; items as in a dict
    outside  // arguments: what stands for something outside of the pickle, a storage
  };

  Kind kind = Kind::none;
  PickleRef callable = kNoValue;
  PickleRef arguments = kNoValue;
  PickleRef state = kNoValue;
  std::int64_t integer = 0;  // also of a boolean; a number too large for it is none
  double real = 0;
  std::string text;
  std::vector<PickleRef> items;
};

// A Python pickle of protocol 2 to 5, read as data (https://docs.python.org/3/library/pickle.html
// and pickletools.py describe it). What it holds is charged to the budget. Error (bad data) naming
// the place for whatever is not well-formed, underflows the stack, or could only come from a
// program made for this purpose.
class Pickle {
 public:
  Pickle(std::string_view bytes, const std::string& source, MemoryBudget& budget);

  PickleRef root() const { return root_; }
  const PickleValue& at(PickleRef value) const { return values_[value]; }
  PickleRef size() const { return static_cast<PickleRef>(values_.size()); }  // values in all
  std::size_t length() const { return length_; }  // bytes up to and with STOP

  // The value of a text key in a dict or in an object's items; kNoValue where there is none.
  PickleRef find(PickleRef dict, std::string_view key) const;
  // The text of a symbol; "" for anything else.
  std::string_view symbol(PickleRef value) const;

 private:
  friend class PickleMachine;

  std::deque<PickleValue> values_;
  PickleRef root_ = kNoValue;
  std::size_t length_ = 0;
};

}  // namespace pincel

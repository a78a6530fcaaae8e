// SPDX-License-Identifier: MIT
#include "core/checkpoints/pickle.h"

#include <array>
#include <bit>
#include <unordered_map>

#include "core/byte_order.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {

namespace {

using Kind = PickleValue::Kind;

constexpr std::uint32_t kMaxMemo = 1U << 24U;
constexpr std::uint64_t kMemoCost = 64;  // bytes of an entry, about

// The instructions, by the names that pickletools.py gives them.
enum Op : std::uint8_t {
  kMark = '(',
  kStop = '.',
  kPop = '0',
  kPopMark = '1',
  kDup = '2',
  kBinFloat = 'G',
  kBinInt = 'J',
  kBinInt1 = 'K',
  kBinInt2 = 'M',
  kNone = 'N',
  kBinPersId = 'Q',
  kReduce = 'R',
  kBinString = 'T',
  kShortBinString = 'U',
  kBinUnicode = 'X',
  kAppend = 'a',
  kBuild = 'b',
  kGlobal = 'c',
  kAppends = 'e',
  kBinGet = 'h',
  kLongBinGet = 'j',
  kBinPut = 'q',
  kLongBinPut = 'r',
  kSetItem = 's',
  kTuple = 't',
  kSetItems = 'u',
  kEmptyDict = '}',
  kEmptyList = ']',
  kEmptyTuple = ')',
  kBinBytes = 'B',
  kShortBinBytes = 'C',
  kProto = 0x80,
  kNewObj = 0x81,
  kTuple1 = 0x85,
  kTuple2 = 0x86,
  kTuple3 = 0x87,
  kNewTrue = 0x88,
  kNewFalse = 0x89,
  kLong1 = 0x8a,
  kLong4 = 0x8b,
  kShortBinUnicode = 0x8c,
  kBinUnicode8 = 0x8d,
  kBinBytes8 = 0x8e,
  kEmptySet = 0x8f,
  kAddItems = 0x90,
  kFrozenSet = 0x91,
  kNewObjEx = 0x92,
  kStackGlobal = 0x93,
  kMemoize = 0x94,
  kFrame = 0x95,
};

}  // namespace

class PickleMachine {
 public:
  PickleMachine(Pickle& pickle, std::string_view bytes, const std::string& source,
                MemoryBudget& budget)
      : pickle_(pickle), bytes_(bytes), source_(source), budget_(budget) {}

  void run() {
    while (true) {
      const auto op = static_cast<std::uint8_t>(take(1)[0]);
      if (at_ == 1) expect(op == kProto, "does not start as a pickle");
      if (op == kStop) break;
      step(op);
    }
    expect(marks_.empty() && stack_.size() == 1, "ends with an unfinished value");
    pickle_.root_ = stack_.back();
    pickle_.length_ = at_;
  }

 private:
  void expect(bool holds, std::string_view what) const {
    require(holds, ExitCode::bad_data, "{}: the pickle {} (at its byte {})", source_, what, at_);
  }

  void charge(std::uint64_t cost) { budget_.charge(cost); }

  std::string_view take(std::uint64_t count) {
    expect(count <= bytes_.size() - at_, "is cut short");
    const auto part = bytes_.substr(at_, static_cast<std::size_t>(count));
    at_ += static_cast<std::size_t>(count);
    return part;
  }

  std::uint64_t number(std::size_t count) { return little_endian(take(count)); }

  std::string_view line() {
    const auto end = bytes_.find('\n', at_);
    expect(end != std::string_view::npos, "is cut short");
    const auto part = bytes_.substr(at_, end - at_);
    at_ = end + 1;
    return part;
  }

  void push(PickleRef value) {
    charge(2 * sizeof(PickleRef));
    stack_.push_back(value);
  }

  PickleValue& push_new(Kind kind) {
    charge(sizeof(PickleValue) + sizeof(PickleValue) / 4);
    expect(pickle_.values_.size() < kNoValue, "makes too many values");
    pickle_.values_.emplace_back().kind = kind;
    push(static_cast<PickleRef>(pickle_.values_.size() - 1));
    return pickle_.values_.back();
  }

  void push_text(std::string_view text) {
    charge(text.size());
    push_new(Kind::text).text = text;
  }

  void push_integer(std::int64_t value) { push_new(Kind::integer).integer = value; }

  void push_flag(bool value) { push_new(Kind::boolean).integer = value ? 1 : 0; }

  // Two's complement; what does not fit into 64 bits becomes none.
  void push_long(std::uint64_t count) {
    const auto part = take(count);
    if (part.size() > 8) {
      push_new(Kind::none);
      return;
    }
    const bool is_negative = !part.empty() && (static_cast<std::uint8_t>(part.back()) & 0x80U) != 0;
    const bool is_short = part.size() < 8;
    const std::uint64_t sign = is_negative && is_short ? ~std::uint64_t{0} << 8 * part.size() : 0;
    push_integer(static_cast<std::int64_t>(sign | little_endian(part)));
  }

  void push_real() {
    const auto part = take(8);
    push_new(Kind::real).real = std::bit_cast<double>(big_endian(part));
  }

  std::size_t floor() const { return marks_.empty() ? 0 : marks_.back(); }

  PickleRef pop() {
    expect(stack_.size() > floor(), "takes a value from an empty stack");
    const auto value = stack_.back();
    stack_.pop_back();
    return value;
  }

  PickleRef top() const {
    expect(stack_.size() > floor(), "takes a value from an empty stack");
    return stack_.back();
  }

  // Everything above the newest mark, which goes.
  std::vector<PickleRef> pop_to_mark() {
    expect(!marks_.empty(), "goes back to a mark that is not there");
    const auto start = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<PickleRef> values(start, stack_.end());
    charge(values.size() * sizeof(PickleRef));
    stack_.erase(start, stack_.end());
    marks_.pop_back();
    return values;
  }

  void push_tuple(std::size_t count) {
    std::vector<PickleRef> items(count);
    for (std::size_t i = count; i-- > 0;) items[i] = pop();
    charge(count * sizeof(PickleRef));
    push_new(Kind::tuple).items = std::move(items);
  }

  void append(const std::vector<PickleRef>& values) {
    auto& target = pickle_.values_[top()];
    expect(target.kind == Kind::list || target.kind == Kind::object,
           "appends to what is not a list");
    if (target.kind == Kind::list) add(target, values);
  }

  void add_to_set(const std::vector<PickleRef>& values) {
    auto& target = pickle_.values_[top()];
    expect(target.kind == Kind::set || target.kind == Kind::object, "adds to what is not a set");
    if (target.kind == Kind::set) add(target, values);
  }

  void set_items(const std::vector<PickleRef>& values) {
    auto& target = pickle_.values_[top()];
    expect(values.size() % 2 == 0, "sets a key without a value");
    expect(target.kind == Kind::dict || target.kind == Kind::object,
           "sets an item of what is not a dict");
    add(target, values);
  }

  void add(PickleValue& target, const std::vector<PickleRef>& values) {
    charge(2 * values.size() * sizeof(PickleRef));
    target.items.insert(target.items.end(), values.begin(), values.end());
  }

  void push_symbol(std::string_view module, std::string_view name) {
    expect(!module.empty() && !name.empty() && module.size() + name.size() < 512,
           "names a class without a name");
    charge(module.size() + name.size() + 1);
    auto& text = push_new(Kind::symbol).text;
    text.append(module).append(".").append(name);
  }

  void push_stack_global() {
    const auto name = pop(), module = pop();
    const auto& values = pickle_.values_;
    expect(values[name].kind == Kind::text && values[module].kind == Kind::text,
           "names a class by what is not text");
    push_symbol(values[module].text, values[name].text);
  }

  void push_object(bool has_keywords) {
    if (has_keywords) expect(pickle_.values_[pop()].kind == Kind::dict, "calls without keywords");
    const auto arguments = pop(), callable = pop();
    const auto called = pickle_.values_[callable].kind;
    expect(pickle_.values_[arguments].kind == Kind::tuple, "calls with what is not a tuple");
    // Old files name a module's class from outside, with its source text.
    const bool is_class =
        called == Kind::symbol || called == Kind::object || called == Kind::outside;
    expect(is_class, "calls what is not a class");
    auto& object = push_new(Kind::object);
    object.callable = callable;
    object.arguments = arguments;
  }

  void build() {
    const auto state = pop();
    auto& target = pickle_.values_[top()];
    expect(target.kind == Kind::object, "gives a state to what has none");
    target.state = state;
  }

  void remember(std::uint64_t index) {
    expect(index < kMaxMemo, "remembers a value under too large a number");
    charge(kMemoCost);
    memo_[static_cast<std::uint32_t>(index)] = top();
  }

  void recall(std::uint64_t index) {
    const auto found = memo_.find(static_cast<std::uint32_t>(index));
    expect(found != memo_.end(), "recalls a value that it does not remember");
    push(found->second);
  }

  void step(std::uint8_t op) {
    if (scalar(op) || container(op) || call(op)) return;
    switch (op) {
      case kProto: {
        const auto version = number(1);
        expect(version >= 2 && version <= 5, "is of an unknown protocol");
        return;
      }
      case kFrame:
        expect(number(8) <= bytes_.size() - at_, "has a frame that is longer than itself");
        return;
      case kMark:
        charge(2 * sizeof(std::size_t));
        marks_.push_back(stack_.size());
        return;
      case kPop:
        if (!marks_.empty() && marks_.back() == stack_.size()) {
          marks_.pop_back();
        } else {
          pop();
        }
        return;
      case kPopMark:
        pop_to_mark();
        return;
      case kDup:
        push(top());
        return;
      case kBinPut:
        return remember(number(1));
      case kLongBinPut:
        return remember(number(4));
      case kMemoize:
        return remember(memo_.size());
      case kBinGet:
        return recall(number(1));
      case kLongBinGet:
        return recall(number(4));
      default:
        fail(ExitCode::bad_data,
             "{}: the pickle has the instruction {:#04x} (at its byte {}), which no checkpoint "
             "needs",
             source_, op, at_);
    }
  }

  bool scalar(std::uint8_t op) {
    switch (op) {
      case kNone:
        push_new(Kind::none);
        return true;
      case kNewTrue:
        push_flag(true);
        return true;
      case kNewFalse:
        push_flag(false);
        return true;
      case kBinInt:
        push_integer(static_cast<std::int32_t>(number(4)));
        return true;
      case kBinInt1:
        push_integer(static_cast<std::int64_t>(number(1)));
        return true;
      case kBinInt2:
        push_integer(static_cast<std::int64_t>(number(2)));
        return true;
      case kLong1:
        push_long(number(1));
        return true;
      case kLong4:
        push_long(number(4));
        return true;
      case kBinFloat:
        push_real();
        return true;
      case kShortBinString:
      case kShortBinBytes:
      case kShortBinUnicode:
        push_text(take(number(1)));
        return true;
      case kBinString:
      case kBinBytes:
      case kBinUnicode:
        push_text(take(number(4)));
        return true;
      case kBinBytes8:
      case kBinUnicode8:
        push_text(take(number(8)));
        return true;
      default:
        return false;
    }
  }

  bool container(std::uint8_t op) {
    switch (op) {
      case kEmptyTuple:
        push_tuple(0);
        return true;
      case kTuple1:
      case kTuple2:
      case kTuple3:
        push_tuple(op - kTuple1 + 1U);
        return true;
      case kTuple: {
        auto items = pop_to_mark();
        push_new(Kind::tuple).items = std::move(items);
        return true;
      }
      case kFrozenSet: {
        auto items = pop_to_mark();
        push_new(Kind::set).items = std::move(items);
        return true;
      }
      case kEmptyList:
        push_new(Kind::list);
        return true;
      case kEmptyDict:
        push_new(Kind::dict);
        return true;
      case kEmptySet:
        push_new(Kind::set);
        return true;
      case kAppend:
        append({pop()});
        return true;
      case kAppends:
        append(pop_to_mark());
        return true;
      case kAddItems:
        add_to_set(pop_to_mark());
        return true;
      case kSetItem: {
        const auto value = pop(), key = pop();
        set_items({key, value});
        return true;
      }
      case kSetItems:
        set_items(pop_to_mark());
        return true;
      default:
        return false;
    }
  }

  bool call(std::uint8_t op) {
    switch (op) {
      case kGlobal: {
        const auto module = line();
        push_symbol(module, line());
        return true;
      }
      case kStackGlobal:
        push_stack_global();
        return true;
      case kReduce:
      case kNewObj:
        push_object(false);
        return true;
      case kNewObjEx:
        push_object(true);
        return true;
      case kBuild:
        build();
        return true;
      case kBinPersId: {
        const auto id = pop();
        expect(pickle_.values_[id].kind == Kind::tuple, "refers outside by what is not a tuple");
        push_new(Kind::outside).arguments = id;
        return true;
      }
      default:
        return false;
    }
  }

  Pickle& pickle_;
  std::string_view bytes_;
  const std::string& source_;
  MemoryBudget& budget_;
  std::size_t at_ = 0;
  std::vector<PickleRef> stack_;
  std::vector<std::size_t> marks_;  // heights of the stack
  std::unordered_map<std::uint32_t, PickleRef> memo_;
};

Pickle::Pickle(std::string_view bytes, const std::string& source, MemoryBudget& budget) {
  PickleMachine(*this, bytes, source, budget).run();
}

PickleRef Pickle::find(PickleRef dict, std::string_view key) const {
  const auto& value = values_[dict];
  if (value.kind != Kind::dict && value.kind != Kind::object) return kNoValue;
  const auto& items = value.items;
  // The last of equal keys, as Python's dict has it.
  for (std::size_t i = items.size() / 2; i-- > 0;) {
    const auto& name = values_[items[2 * i]];
    if (name.kind == Kind::text && name.text == key) return items[2 * i + 1];
  }
  return kNoValue;
}

std::string_view Pickle::symbol(PickleRef value) const {
  if (value == kNoValue || values_[value].kind != Kind::symbol) return "";
  return values_[value].text;
}

}  // namespace pincel

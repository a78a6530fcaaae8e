// SPDX-License-Identifier: MIT
#include "core/checkpoints/torch_tensors.h"

#include <torch/torch.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/atomic_file.h"
#include "core/error.h"
#include "core/utf8.h"

namespace pincel {
namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t kMaxTorchRank = 8;
constexpr std::int64_t kMaxTorchSide = std::int64_t{1} << 40U;
constexpr std::int64_t kMaxElements = std::int64_t{1} << 59U;
constexpr std::size_t kMaxTorchDepth = 64;
constexpr std::size_t kMaxVisits = 4'000'000;
constexpr std::size_t kMaxTorchName = 1024;
constexpr std::uint64_t kListedCost = 320;  // bytes of a storage in two lists, about

struct Dtype {
  std::string_view storage, name;  // symbols
  c10::ScalarType type;
};

constexpr std::array kTorchDtypes = {
    Dtype{"torch.FloatStorage", "torch.float32", at::kFloat},
    Dtype{"torch.DoubleStorage", "torch.float64", at::kDouble},
    Dtype{"torch.HalfStorage", "torch.float16", at::kHalf},
    Dtype{"torch.BFloat16Storage", "torch.bfloat16", at::kBFloat16},
    Dtype{"torch.LongStorage", "torch.int64", at::kLong},
    Dtype{"torch.IntStorage", "torch.int32", at::kInt},
    Dtype{"torch.ShortStorage", "torch.int16", at::kShort},
    Dtype{"torch.CharStorage", "torch.int8", at::kChar},
    Dtype{"torch.ByteStorage", "torch.uint8", at::kByte},
    Dtype{"torch.BoolStorage", "torch.bool", at::kBool},
};

// &Dtype::storage: "torch.FloatStorage" -> float32; &Dtype::name: "torch.float32" -> float32.
// Nothing for another symbol, an untyped storage's too.
std::optional<c10::ScalarType> dtype_of(std::string_view symbol, std::string_view Dtype::*column) {
  for (const Dtype& dtype : kTorchDtypes) {
    if (symbol == dtype.*column) return dtype.type;
  }
  return std::nullopt;
}

// a * b + c, none of them negative; -1 where that does not fit.
std::int64_t checked(std::int64_t a, std::int64_t b, std::int64_t c = 0) {
  std::int64_t product = 0, sum = 0;
  if (__builtin_mul_overflow(a, b, &product) || __builtin_add_overflow(product, c, &sum)) return -1;
  return sum;
}

class Walk {
 public:
  Walk(const Pickle& pickle, const std::string& source, MemoryBudget& budget)
      : pickle_(pickle), source_(source), budget_(budget) {}

  std::vector<TorchTensor> run() {
    visit(weights_of(pickle_.root()), "", 0);
    return std::move(tensors_);
  }

 private:
  const PickleValue& at(PickleRef value) const { return pickle_.at(value); }

  bool is_mapping(PickleRef value) const {
    return value != kNoValue && (at(value).kind == Kind::dict || at(value).kind == Kind::object);
  }

  // What a training script wrapped around the weights is left aside.
  PickleRef weights_of(PickleRef root) const {
    for (const char* key : {"state_dict", "model"}) {
      if (!is_mapping(root)) break;
      const PickleRef inner = pickle_.find(root, key);
      if (is_mapping(inner) && !is_tensor(inner)) return inner;
    }
    return root;
  }

  std::string_view called(PickleRef value) const {
    if (value == kNoValue || at(value).kind != Kind::object) return "";
    return pickle_.symbol(at(value).callable);
  }

  bool is_tensor(PickleRef value) const {
    const auto symbol = called(value);
    return symbol.starts_with("torch._utils._rebuild_tensor") ||
           symbol.starts_with("torch._utils._rebuild_parameter");
  }

  // Recursion is bounded by kMaxTorchDepth, repetition (a dict in itself) by kMaxVisits.
  void visit(PickleRef value, const std::string& name, std::size_t depth) {
    if (is_tensor(value)) {
      budget_.charge(kTensorCost + 2 * name.size());
      tensors_.push_back(tensor_of(value, name));
      return;
    }
    if (!is_mapping(value)) return;
    require(depth < kMaxTorchDepth, ExitCode::bad_data, "{}: '{}' is nested too deeply", source_,
            printable(name));
    visit_items(value, name, depth);
    const PickleRef state = at(value).kind == Kind::object ? at(value).state : kNoValue;
    if (state == kNoValue || at(state).kind != Kind::dict) return;
    const bool is_module = pickle_.find(state, "_modules") != kNoValue;
    if (!is_module) {
      visit_items(state, name, depth);  // a module of TorchScript: its attributes
      return;
    }
    for (const char* part : {"_parameters", "_buffers", "_modules"}) {
      const PickleRef inner = pickle_.find(state, part);
      if (is_mapping(inner)) visit_items(inner, name, depth);
    }
  }

  void visit_items(PickleRef mapping, const std::string& name, std::size_t depth) {
    const auto& items = at(mapping).items;
    visited_ += 1 + items.size() / 2;
    require(visited_ < kMaxVisits, ExitCode::bad_data, "{}: '{}' is nested too deeply", source_,
            printable(name));
    for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
      const auto& key = at(items[i]);
      if (key.kind != Kind::text) continue;
      const std::string inner = name.empty() ? key.text : name + "." + key.text;
      require(inner.size() <= kMaxTorchName, ExitCode::bad_data,
              "{}: a tensor's name has {} bytes, expected at most {}", source_, inner.size(),
              kMaxTorchName);
      visit(items[i + 1], inner, depth + 1);
    }
  }

  template <class... Args>
  void expect(bool holds, const std::string& name, fmt::format_string<Args...> text,
              Args&&... args) const {
    if (holds) return;
    fail(ExitCode::bad_data, "{}: tensor '{}' {}", source_, printable(name),
         fmt::format(text, std::forward<Args>(args)...));
  }

  PickleRef argument(PickleRef object, std::size_t index, const std::string& name) const {
    const auto& items = at(at(object).arguments).items;
    expect(index < items.size(), name, "is described by {} values, too few", items.size());
    return items[index];
  }

  std::int64_t integer(PickleRef value, const std::string& name) const {
    expect(at(value).kind == Kind::integer, name, "has a size that is no number");
    return at(value).integer;
  }

  std::vector<std::int64_t> integers(PickleRef value, const std::string& name) const {
    // torch.Size is an object around a tuple.
    if (called(value) == "torch.Size") value = argument(value, 0, name);
    expect(at(value).kind == Kind::tuple || at(value).kind == Kind::list, name,
           "has a shape that is no list");
    expect(at(value).items.size() <= kMaxTorchRank, name, "has {} dimensions, expected at most {}",
           at(value).items.size(), kMaxTorchRank);
    std::vector<std::int64_t> numbers;
    for (const PickleRef item : at(value).items) numbers.push_back(integer(item, name));
    return numbers;
  }

  TorchTensor tensor_of(PickleRef value, const std::string& name) const {
    for (int wraps = 0; called(value).starts_with("torch._utils._rebuild_parameter"); ++wraps) {
      value = argument(value, 0, name);
      expect(wraps < 4 && is_tensor(value), name, "is a parameter around no tensor");
    }
    const auto symbol = called(value);
    const bool is_plain = symbol == "torch._utils._rebuild_tensor" ||
                          symbol == "torch._utils._rebuild_tensor_v2" ||
                          symbol == "torch._utils._rebuild_tensor_v3";
    expect(is_plain, name, "is made by {}, expected a dense tensor", printable(symbol));
    TorchTensor tensor;
    tensor.name = name;
    tensor.offset = integer(argument(value, 1, name), name);
    tensor.shape = integers(argument(value, 2, name), name);
    tensor.strides = integers(argument(value, 3, name), name);
    const PickleRef told =
        symbol.ends_with("_v3") ? argument(value, 6, name) : kNoValue;  // its dtype
    take_storage(tensor, argument(value, 0, name), told);
    check(tensor);
    return tensor;
  }

  // ("storage", type, key, location, elements[, (view, first, elements)])
  void take_storage(TorchTensor& tensor, PickleRef storage, PickleRef told) const {
    const std::string& name = tensor.name;
    expect(at(storage).kind == Kind::outside, name, "has no storage");
    const auto& id = at(at(storage).arguments).items;
    expect(id.size() == 5 || id.size() == 6, name, "has a storage described by {} values",
           id.size());
    expect(
        at(id[0]).kind == Kind::text && at(id[0]).text == "storage" && at(id[2]).kind == Kind::text,
        name, "has a storage without a key");
    tensor.storage = at(id[2]).text;
    tensor.elements = integer(id[4], name);
    const auto type = pickle_.symbol(id[1]);
    const bool is_untyped = type == "torch.storage.UntypedStorage";
    const auto dtype = told != kNoValue ? dtype_of(pickle_.symbol(told), &Dtype::name)
                                        : dtype_of(type, &Dtype::storage);
    expect(dtype.has_value(), name, "is of {}, which is not known here",
           printable(told != kNoValue ? pickle_.symbol(told) : type));
    tensor.dtype = *dtype;
    expect(tensor.elements >= 0 && tensor.elements <= kMaxTorchSide, name,
           "has a storage of {} elements", tensor.elements);
    if (is_untyped) {
      const auto size = static_cast<std::int64_t>(c10::elementSize(tensor.dtype));
      expect(tensor.elements % size == 0, name, "has a storage of {} bytes", tensor.elements);
      tensor.elements /= size;
    } else {
      expect(told == kNoValue || dtype_of(type, &Dtype::storage) == dtype, name, "has two dtypes");
    }
    if (id.size() == 6 && at(id[5]).kind != Kind::none) take_view(tensor, id[5]);
  }

  // Old files: the storage is itself a part of another.
  void take_view(TorchTensor& tensor, PickleRef view) const {
    const std::string& name = tensor.name;
    expect(at(view).kind == Kind::tuple && at(view).items.size() == 3, name,
           "has a broken view of a storage");
    const std::int64_t first = integer(at(view).items[1], name);
    const std::int64_t elements = integer(at(view).items[2], name);
    expect(first >= 0 && elements >= 0 && first <= tensor.elements - elements, name,
           "views elements {} to {} of {}", first, first + elements, tensor.elements);
    expect(tensor.offset >= 0 && tensor.offset <= elements, name, "starts at {} of {} elements",
           tensor.offset, elements);
    tensor.offset += first;
  }

  void check(const TorchTensor& t) const {
    expect(t.shape.size() == t.strides.size(), t.name, "has {} sizes and {} strides",
           t.shape.size(), t.strides.size());
    expect(t.offset >= 0, t.name, "starts at {}", t.offset);
    std::int64_t count = 1;
    std::int64_t sides = 1;  // of the shape with its zeros as ones, which torch multiplies too
    bool is_empty = false;
    for (std::size_t i = 0; i < t.shape.size(); ++i) {
      expect(t.shape[i] >= 0 && t.shape[i] <= kMaxTorchSide && t.strides[i] >= 0 &&
                 t.strides[i] <= kMaxTorchSide,
             t.name, "has a size of {} with a stride of {}", t.shape[i], t.strides[i]);
      is_empty = is_empty || t.shape[i] == 0;
      sides = sides < 0 ? -1 : checked(sides, std::max<std::int64_t>(t.shape[i], 1));
    }
    expect(sides >= 0 && sides <= kMaxElements, t.name, "is larger than any memory");
    if (is_empty) return;
    std::int64_t last = t.offset;
    for (std::size_t i = 0; i < t.shape.size(); ++i) {
      count = checked(count, t.shape[i]);
      last = count < 0 ? -1 : checked(t.shape[i] - 1, t.strides[i], last);
      expect(count >= 0 && last >= 0, t.name, "is larger than any memory");
    }
    expect(last < t.elements, t.name, "reaches element {} of a storage of {}", last, t.elements);
    // No element twice: expanded views would be a bomb.
    expect(count <= t.elements, t.name, "has {} elements in a storage of {}", count, t.elements);
  }

  const Pickle& pickle_;
  const std::string& source_;
  MemoryBudget& budget_;
  std::vector<TorchTensor> tensors_;
  std::size_t visited_ = 0;
};

}  // namespace

std::int64_t TorchTensor::count() const {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  std::int64_t product = 1;
  for (const std::int64_t side : shape) product *= side;
  return product;
}

std::int64_t TorchTensor::span() const {
  if (count() == 0) return 0;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < shape.size(); ++i) last += (shape[i] - 1) * strides[i];
  return last + 1;
}

std::uint64_t TorchTensor::storage_bytes() const {
  return static_cast<std::uint64_t>(elements) * c10::elementSize(dtype);
}

std::vector<TorchTensor> torch_tensors(const Pickle& pickle, const std::string& source,
                                       MemoryBudget& budget) {
  return Walk(pickle, source, budget).run();
}

std::map<std::string, std::uint64_t> storage_element_sizes(const Pickle& pickle,
                                                           const std::string& source,
                                                           MemoryBudget& budget) {
  std::map<std::string, std::uint64_t> sizes;
  for (PickleRef value = 0; value < pickle.size(); ++value) {
    if (pickle.at(value).kind != Kind::outside) continue;
    const auto& id = pickle.at(pickle.at(value).arguments).items;
    if (id.size() < 3 || pickle.at(id[2]).kind != Kind::text) continue;
    const auto dtype = dtype_of(pickle.symbol(id[1]), &Dtype::storage);
    if (!dtype) continue;
    const std::string& key = pickle.at(id[2]).text;
    const std::uint64_t size = c10::elementSize(*dtype);
    if (!sizes.contains(key)) budget.charge(kListedCost + 2 * key.size());
    require(sizes.emplace(key, size).first->second == size, ExitCode::bad_data,
            "{}: storage '{}' has two dtypes", source, printable(key));
  }
  return sizes;
}

at::Tensor TorchTensorReader::read(const TorchTensor& tensor, std::uint64_t start) {
  const auto offset = static_cast<std::uint64_t>(tensor.offset) * c10::elementSize(tensor.dtype);
  auto& known = read_[View(start + offset, tensor.dtype, tensor.shape, tensor.strides)];
  if (known.defined()) return known;
  budget_.charge(static_cast<std::uint64_t>(tensor.count()) * c10::elementSize(tensor.dtype));
  // A byte that is no bool may not be copied as one.
  const auto type = tensor.dtype == at::kBool ? at::kByte : tensor.dtype;
  const auto span = torch::empty({tensor.span()}, type);
  if (span.nbytes() > 0) file_.read(start + offset, span.data_ptr(), span.nbytes());
  known = span.as_strided(tensor.shape, tensor.strides).contiguous().view(tensor.dtype);
  return known;
}

}  // namespace pincel

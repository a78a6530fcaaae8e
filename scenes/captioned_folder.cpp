// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cctype>
#include <cmath>
#include <numeric>

#include "core/atomic_file.h"
#include "core/csv.h"
#include "core/error.h"
#include "scenes/dice.h"
#include "scenes/prefetch.h"
#include "scenes/stream.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxTextBytes = 64 << 20;

struct Captioned {
  fs::path picture;
  std::string caption;
};

std::string trimmed(std::string text) {
  const auto is_space = [](char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; };
  text.erase(std::find_if_not(text.rbegin(), text.rend(), is_space).base(), text.end());
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_space));
  return text;
}

bool is_picture_name(const fs::path& path) {
  std::string end = path.extension().string();
  std::transform(end.begin(), end.end(), end.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return end == ".png" || end == ".jpg" || end == ".jpeg" || end == ".webp";
}

std::vector<Captioned> list_folder(const fs::path& folder) {
  std::vector<Captioned> found;
  std::error_code failure;
  const fs::recursive_directory_iterator entries(folder, failure);
  require(!failure, ExitCode::permission, "{}: cannot be listed: {}", folder.string(),
          failure.message());
  for (const fs::directory_entry& entry : entries) {
    if (!entry.is_regular_file() || !is_picture_name(entry.path())) continue;
    fs::path text = entry.path();
    text.replace_extension(".txt");
    require(fs::is_regular_file(text), ExitCode::missing_input,
            "{}: has no caption: write it into {}", entry.path().string(), text.string());
    std::string caption = trimmed(read_whole_file(text, kMaxTextBytes));
    require(!caption.empty(), ExitCode::bad_data, "{}: is empty: write what the picture shows",
            text.string());
    found.push_back({entry.path(), std::move(caption)});
  }
  std::sort(found.begin(), found.end(),
            [](const Captioned& a, const Captioned& b) { return a.picture < b.picture; });
  return found;
}

std::vector<Captioned> list_csv(const fs::path& path) {
  std::string text = read_whole_file(path, kMaxTextBytes);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  const auto rows = parse_csv(text, path.string());
  const auto column = [&](const char* name) {
    if (!rows.empty())
      for (std::size_t i = 0; i < rows[0].size(); ++i)
        if (trimmed(rows[0][i]) == name) return i;
    fail(ExitCode::bad_data, "{}: its first line has no column '{}': write image,caption there",
         path.string(), name);
  };
  const std::size_t image = column("image"), caption = column("caption");
  std::vector<Captioned> found;
  for (std::size_t line = 1; line < rows.size(); ++line) {
    const std::vector<std::string>& row = rows[line];
    require(row.size() > std::max(image, caption), ExitCode::bad_data,
            "{}: row {} has {} fields, expected {}", path.string(), line + 1, row.size(),
            rows[0].size());
    Captioned one{path.parent_path() / trimmed(row[image]), trimmed(row[caption])};
    require(fs::is_regular_file(one.picture), ExitCode::missing_input,
            "{}: row {}: no such picture: {}", path.string(), line + 1, one.picture.string());
    require(!one.caption.empty(), ExitCode::bad_data, "{}: row {} has no caption", path.string(),
            line + 1);
    found.push_back(std::move(one));
  }
  return found;
}

// A square of `picture` scaled to `size` by averaging the pixels under each new one.
Picture scaled_square(const Picture& picture, int left, int top, int side, int size) {
  Picture to{size, size, std::vector<std::uint8_t>(static_cast<std::size_t>(size) * size * 3)};
  const auto edge = [&](int i) {
    return static_cast<int>(static_cast<std::int64_t>(i) * side / size);
  };
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const int x0 = edge(x), x1 = std::max(edge(x + 1), x0 + 1);
      const int y0 = edge(y), y1 = std::max(edge(y + 1), y0 + 1);
      int sum[3] = {0, 0, 0};
      for (int sy = y0; sy < y1; ++sy)
        for (int sx = x0; sx < x1; ++sx)
          for (int c = 0; c < 3; ++c)
            sum[c] +=
                picture.rgb[(static_cast<std::size_t>(top + sy) * picture.width + left + sx) * 3 +
                            static_cast<std::size_t>(c)];
      const int count = (x1 - x0) * (y1 - y0);
      for (int c = 0; c < 3; ++c)
        to.rgb[(static_cast<std::size_t>(y) * size + x) * 3 + static_cast<std::size_t>(c)] =
            static_cast<std::uint8_t>((sum[c] + count / 2) / count);
    }
  }
  return to;
}

Picture random_square(const Picture& picture, Dice& dice, int size) {
  const int shorter = std::min(picture.width, picture.height);
  const int side =
      std::max(1, static_cast<int>(static_cast<float>(shorter) * dice.between(0.8f, 1.0f)));
  return scaled_square(picture, dice.below(picture.width - side + 1),
                       dice.below(picture.height - side + 1), side, size);
}

}  // namespace

struct CaptionedFolder::Files {
  std::vector<Captioned> all;
  FolderOptions options;

  // Which file stands at a place of a round; a round shows each once.
  std::size_t file_at(std::uint64_t position) const {
    const std::uint64_t round = position / all.size();
    // An affine walk with a step that shares no factor with the count visits every file.
    const std::uint64_t mixed = mix64(options.seed ^ mix64(round));
    std::uint64_t step = 1 + mixed % all.size();
    while (std::gcd(step, all.size()) != 1) ++step;
    return static_cast<std::size_t>((position % all.size() * step + (mixed >> 32)) % all.size());
  }

  CaptionedPicture make(std::uint64_t position) const {
    const Captioned& one = all[file_at(position)];
    Dice dice(mix64(options.seed) + position);
    return {random_square(decode_picture(one.picture), dice, options.size), one.caption};
  }
};

CaptionedFolder::CaptionedFolder(const fs::path& path, const FolderOptions& options)
    : files_(std::make_unique<Files>()), size_(options.size) {
  std::error_code ignored;
  require(fs::exists(path, ignored), ExitCode::missing_input,
          "{}: no such folder or CSV of captioned pictures", path.string());
  files_->options = options;
  files_->all = fs::is_directory(path) ? list_folder(path) : list_csv(path);
  require(!files_->all.empty(), ExitCode::missing_input,
          "{}: holds no pictures (.png, .jpg, .webp)", path.string());
  prefetch_ = std::make_unique<Prefetch>(
      [files = files_.get()](std::uint64_t position) { return files->make(position); },
      options.threads);
}

CaptionedFolder::~CaptionedFolder() { prefetch_.reset(); }

CaptionedBatch CaptionedFolder::next(int n) { return prefetch_->next(n, size_); }
std::uint64_t CaptionedFolder::position() const { return prefetch_->position(); }
void CaptionedFolder::seek(std::uint64_t position) { prefetch_->seek(position); }
std::size_t CaptionedFolder::count() const { return files_->all.size(); }

}  // namespace pincel

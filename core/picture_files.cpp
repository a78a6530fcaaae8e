// SPDX-License-Identifier: MIT
#include "core/picture_files.h"

#include <algorithm>
#include <cctype>
#include <system_error>

#include "core/atomic_file.h"
#include "core/content.h"
#include "core/error.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSniffedBytes = 512;
constexpr std::uint64_t kMostPictureBytes = std::uint64_t{256} << 20U;

bool is_picture(std::string_view content) {
  return content == "a PNG picture" || content == "a JPEG picture" || content == "a WebP picture";
}

bool begins_as_picture(const fs::path& path) {
  try {
    return is_picture(content_name(InputFile(path).head(kSniffedBytes)));
  } catch (const Error&) {
    return false;  // not even its name says that it is one
  }
}

void add_entry(const fs::directory_entry& entry, PictureFiles& found) {
  std::error_code failure;
  const fs::path& path = entry.path();
  if (entry.is_symlink(failure) && fs::is_directory(path, failure)) {
    ++found.others;
    return;
  }
  const fs::file_status status = entry.status(failure);
  if (fs::is_directory(status)) return;
  if (fs::is_regular_file(status)) {
    if (has_picture_name(path) || begins_as_picture(path)) {
      found.pictures.push_back(path);
    } else {
      ++found.others;
    }
    return;
  }
  const std::string why = failure                                     ? failure.message()
                          : status.type() == fs::file_type::not_found ? "a link to nothing"
                          : status.type() == fs::file_type::fifo      ? "a pipe"
                                                                      : "not a regular file";
  found.unreadable.push_back({path, path.string() + ": " + why + ", expected a picture"});
}

// Names are compared as bytes, so that the order is the same everywhere.
void add_folder(const fs::path& folder, PictureFiles& found) {
  std::error_code failure;
  std::vector<fs::directory_entry> entries;
  fs::directory_iterator entry(folder, failure);
  for (; !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    entries.push_back(*entry);
  }
  if (failure) {
    found.unreadable.push_back(
        {folder, folder.string() + ": cannot be listed: " + failure.message()});
  }
  std::sort(entries.begin(), entries.end(),
            [](const auto& a, const auto& b) { return a.path().native() < b.path().native(); });
  for (const fs::directory_entry& one : entries) {
    add_entry(one, found);
    std::error_code ignored;
    if (!one.is_symlink(ignored) && one.is_directory(ignored)) add_folder(one.path(), found);
  }
}

}  // namespace

bool has_picture_name(const fs::path& path) {
  std::string end = path.extension().string();
  std::transform(end.begin(), end.end(), end.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return end == ".png" || end == ".jpg" || end == ".jpeg" || end == ".webp";
}

PictureFiles list_pictures(const std::vector<std::string>& words) {
  PictureFiles found;
  for (const std::string& word : words) {
    std::error_code ignored;
    const fs::file_status status = fs::status(word, ignored);
    require(fs::exists(status), ExitCode::missing_input, "{}: no such picture or folder", word);
    if (fs::is_directory(status)) {
      add_folder(word, found);
    } else {
      found.pictures.emplace_back(word);
    }
  }
  return found;
}

std::string read_picture_file(const fs::path& path) {
  const InputFile file(path);
  require(file.size() > 0, ExitCode::bad_data, "{}: is empty, expected a picture", path.string());
  require(file.size() <= kMostPictureBytes, ExitCode::bad_data,
          "{}: has {} bytes, expected a picture of at most {} MiB", path.string(), file.size(),
          kMostPictureBytes >> 20U);
  const std::string content = content_name(file.head(kSniffedBytes));
  require(is_picture(content), ExitCode::bad_data,
          "{}: is {}, expected a PNG, JPEG or WebP picture", path.string(),
          content.empty() ? "not a picture" : content);
  std::string bytes(file.size(), '\0');
  file.read(0, bytes.data(), bytes.size());
  return bytes;
}

}  // namespace pincel

// SPDX-License-Identifier: MIT
#include "core/content.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

namespace pincel {
namespace {

struct Signature {
  std::size_t offset;
  std::string_view bytes;
  std::string_view name;
};

constexpr std::array kSignatures = {
    Signature{0, "\x89PNG\r\n\x1a\n", "a PNG picture"},
    Signature{0, "\xff\xd8\xff", "a JPEG picture"},
    Signature{8, "WEBP", "a WebP picture"},
    Signature{0, "GIF8", "a GIF"},
    Signature{0, "BM", "a BMP picture"},
    Signature{0, std::string_view("II*\0", 4), "a TIFF picture"},
    Signature{0, std::string_view("MM\0*", 4), "a TIFF picture"},
    Signature{4, "ftypavif", "an AVIF picture"},
    Signature{4, "ftyphei", "a HEIC picture"},
    Signature{4, "ftyp", "a video"},
    Signature{0, "%PDF", "a PDF"},
    Signature{0, "PK\x03\x04", "a zip"},
    Signature{0, "\x1f\x8b", "a gzip archive"},
    Signature{0, "GGUF", "a GGUF file"},
    Signature{0, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19\x2e",
              "a legacy torch.save stream"},
    Signature{257, "ustar", "a tar archive"},
    Signature{0, "version https://git-lfs",
              "a Git LFS pointer (fetch the file itself with `git lfs pull`)"},
};

}  // namespace

std::string content_name(std::string_view head) {
  for (const Signature& signature : kSignatures) {
    if (head.size() >= signature.offset &&
        head.substr(signature.offset).starts_with(signature.bytes)) {
      return std::string(signature.name);
    }
  }
  std::string text(head.substr(0, 512));
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  const std::size_t start = text.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  if (start == std::string::npos) return "";
  text.erase(0, start);
  for (const char* tag : {"<!doctype html", "<html", "<head", "<body"}) {
    if (text.starts_with(tag)) return "a web page";
  }
  if (text.starts_with("<svg") || text.starts_with("<?xml")) return "an XML or SVG text";
  return "";
}

}  // namespace pincel

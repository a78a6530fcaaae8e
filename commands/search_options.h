// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "commands/machine_options.h"
#include "core/options.h"
#include "guidance/picture_query.h"

namespace pincel {

// What `pincel search` is asked for.
struct SearchOptions {
  std::vector<std::string> like;
  std::string without;
  bool near_duplicates = false;
  std::string captions;
  std::string index;
  std::string clip;
  std::int64_t top = 10;
  double threshold = -1;
  std::string html;
  bool faiss = false;
  MachineOptions machine;
  bool json = false;

  template <class V>
  void fields(V&& visit) {
    visit("like", like, "pictures to be like, 'file:weight', with commas between");
    visit("not", without, "words to be unlike, 'text:weight', several with | between");
    visit("near_duplicates", near_duplicates,
          "groups of pictures that are nearly the same, by --threshold, instead");
    visit("captions", captions, "rank the lines of this text file instead of pictures");
    visit("index", index,
          "folder that keeps the index; empty: the nearest one from here upwards that has one");
    visit("clip", clip, "name, file or folder of a CLIP; empty: the one of the index, or guide");
    visit("top", top, "how many at most", Range{1, 1e6});
    visit("threshold", threshold, "least score, a cosine; -1: all, and for --near-duplicates 0.95",
          Range{-1, 1});
    visit("html", html, "write the pictures found to this page, with everything inside");
    visit("faiss", faiss, "search the approximate index that 'search index --faiss' made");
    machine.fields(visit);
    visit("json", json, "a JSON list of score, files, width and height");
  }
};

}  // namespace pincel

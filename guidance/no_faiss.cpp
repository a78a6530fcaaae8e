// SPDX-License-Identifier: MIT
// What faiss_index.cpp defines, for a program that is built without FAISS.
#include "core/error.h"
#include "guidance/faiss_index.h"

namespace pincel {
namespace {

[[noreturn]] void refuse_faiss() {
  fail(ExitCode::device,
       "--faiss: this program was built without FAISS; install libfaiss-dev and build it again, or "
       "search exactly, without --faiss");
}

}  // namespace

struct FaissIndex::Parts {};

bool has_faiss() { return false; }

FaissIndex::FaissIndex(const PictureIndex&) { refuse_faiss(); }
FaissIndex::~FaissIndex() = default;

std::vector<NearRow> FaissIndex::search(const at::Tensor&, std::int64_t, double) const {
  refuse_faiss();
}

void FaissIndex::make(const PictureIndex&) { refuse_faiss(); }

}  // namespace pincel

// SPDX-License-Identifier: MIT
#include "generator/report_queue.h"

#include <torch/torch.h>

#include "core/tensor.h"
#include "tests/catch.h"

namespace pincel::report_queue_test {
namespace {

at::Tensor table(const at::Device& device, float first) {  // [2, 2]
  return torch::tensor({first, 2.F, 3.F, 4.F}).view({2, 2}).to(device);
}

void check_reports(const at::Device& device) {
  ReportQueue queue;
  auto values = table(device, 1);
  queue.push(1, {"prompts", "prior"}, values);
  values.fill_(9);  // as the next step does
  queue.push(2, {"prompts", "prior"}, table(device, 5));
  auto reports = queue.take_finished();
  for (auto& late : queue.take_all()) reports.push_back(std::move(late));
  REQUIRE(reports.size() == 4);
  CHECK(reports[0].step == 1);
  CHECK(reports[0].picture == 0);
  CHECK(reports[0].loss == 3);
  CHECK(reports[1].picture == 1);
  CHECK(reports[1].loss == 7);
  CHECK(reports[1].terms[1].name == "prior");
  CHECK(reports[1].terms[1].value == 4);
  CHECK(reports[2].step == 2);
  CHECK(reports[2].loss == 7);
  CHECK(queue.take_all().empty());
}

TEST_CASE("each step is reported once, in order, whatever becomes of its tensor") {
  check_reports(at::kCPU);
}

TEST_CASE("on a CPU reports are there at once") {
  ReportQueue queue;
  queue.push(1, {"prompts", "prior"}, table(at::kCPU, 1));
  CHECK(queue.take_finished().size() == 2);
}

TEST_CASE("a table of another width than its names is a broken contract") {
  ReportQueue queue;
  CHECK_THROWS_AS(queue.push(1, {"prompts"}, table(at::kCPU, 1)), c10::Error);
}

TEST_CASE("reports of a GPU arrive behind it", "[cuda]") {
  if (!has_cuda()) SKIP("no GPU");
  check_reports({at::kCUDA, 0});
}

}  // namespace
}  // namespace pincel::report_queue_test

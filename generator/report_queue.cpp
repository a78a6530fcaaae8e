// SPDX-License-Identifier: MIT
#include "generator/report_queue.h"

#include <c10/core/Event.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <torch/torch.h>

#include <utility>

#include "core/tensor.h"

namespace pincel {

ReportQueue::ReportQueue() = default;
ReportQueue::~ReportQueue() = default;

bool ReportQueue::Pending::has_arrived() const { return arrival == nullptr || arrival->query(); }

void ReportQueue::push(std::int64_t step, std::vector<std::string> names,
                       const at::Tensor& values) {
  expect_shape(values, {-1, static_cast<std::int64_t>(names.size())}, "values");
  const at::Device device = values.device();
  auto& item = pending_.emplace_back();
  item.step = step;
  item.names = std::move(names);
  if (device.is_cpu()) {
    item.values = values.detach().clone();
    return;
  }
  const auto pinned =
      torch::TensorOptions().dtype(values.scalar_type()).device(torch::kCPU).pinned_memory(true);
  item.values = torch::empty(values.sizes(), pinned);
  item.values.copy_(values.detach(), /*non_blocking=*/true);
  item.arrival = std::make_unique<c10::Event>(device.type());
  item.arrival->record(c10::impl::VirtualGuardImpl(device.type()).getStream(device));
}

void ReportQueue::add_reports(const Pending& item, std::vector<StepReport>& reports) {
  const auto values = item.values.to(torch::kDouble).contiguous();
  for (std::int64_t b = 0; b < values.size(0); ++b) {
    StepReport report{.step = item.step, .picture = b, .loss = 0, .terms = {}};
    const auto* row = values.const_data_ptr<double>() + b * values.size(1);
    for (std::size_t i = 0; i < item.names.size(); ++i) {
      report.loss += row[i];
      report.terms.push_back({item.names[i], row[i]});
    }
    reports.push_back(std::move(report));
  }
}

std::vector<StepReport> ReportQueue::take_finished() {
  std::vector<StepReport> reports;
  while (!pending_.empty() && pending_.front().has_arrived()) {
    add_reports(pending_.front(), reports);
    pending_.pop_front();
  }
  return reports;
}

std::vector<StepReport> ReportQueue::take_all() {
  if (!pending_.empty() && pending_.back().arrival != nullptr) {
    pending_.back().arrival->synchronize();  // the others came before
  }
  return take_finished();
}

void ReportQueue::clear() { pending_.clear(); }

}  // namespace pincel

// SPDX-License-Identifier: MIT
#include "commands/batch_run.h"

#include <c10/util/Exception.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <new>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <thread>
#include <utility>

#include "commands/batch_record.h"
#include "commands/batch_report.h"
#include "commands/heartbeat.h"
#include "commands/output.h"
#include "commands/paint_resume.h"
#include "commands/paint_run.h"
#include "commands/signals.h"
#include "core/checkpoint_pair.h"
#include "core/free_memory.h"
#include "core/json_text.h"
#include "core/progress.h"

namespace pincel {
namespace {

namespace fs = std::filesystem;
using BatchJson = nlohmann::ordered_json;
using BatchClock = std::chrono::steady_clock;

constexpr auto kCountEvery = std::chrono::seconds(2);  // others work on the list, too
constexpr auto kLookEvery = std::chrono::milliseconds(500);
constexpr std::int64_t kShownExpansions = 10;

// Whether a second attempt may mend it.
bool may_pass(ExitCode code) {
  return code == ExitCode::memory || code == ExitCode::device || code == ExitCode::internal ||
         code == ExitCode::temporary;
}

// What ended a pass that should have been painted.
struct PassFailure {
  ExitCode code;
  std::string reason;
  bool is_of_device = false;  // a GPU that failed once fails this process from now on
};

class BatchRun {
 public:
  explicit BatchRun(const Batch& batch)
      : batch_(batch),
        part_(parse_batch_part(batch.options.shard)),
        items_(batch.common, batch.options.expand, batch.wildcards) {}

  ExitCode run() {
    const std::uint64_t pictures = count();
    if (batch_.options.dry_run) return tell_expansions(pictures);
    signals_.emplace();
    store_.emplace(open_batch_record(batch_.folder, part_, batch_.options.rebuild));
    take_list();
    Heartbeat heartbeat(store_->path(), self_);
    heartbeat_ = &heartbeat;
    begin();
    ExitCode code = signals_->exit_code();
    while (code == ExitCode::ok && work(code)) {
      if (code == ExitCode::ok) code = signals_->exit_code();
    }
    progress_->finish();
    const ExitCode worst = end(code);
    return code == ExitCode::ok ? worst : code;
  }

 private:
  void event(const BatchJson& json) const {
    if (batch_.options.json) print(json_text(json) + "\n");
  }
  void say(const std::string& text) const {
    if (!batch_.options.quiet && !batch_.options.json) tell(text);
  }

  // Before anything is begun: how many pictures the list stands for.
  std::uint64_t count() {
    std::uint64_t pictures = 0;
    batch_.items([&](const ListItem& item) {
      ++listed_;
      pictures = std::min(pictures + items_.count(item), DynamicPrompt::kUncounted);
    });
    require(listed_ > 0, ExitCode::bad_data, "{}: holds nothing to paint", batch_.name);
    const std::int64_t most = batch_.options.expand.most;
    require(pictures <= static_cast<std::uint64_t>(most), ExitCode::bad_value,
            "{}: stands for {}{} pictures, more than --most {}; draw some with --samples, or raise "
            "it",
            batch_.name, pictures >= DynamicPrompt::kUncounted ? "more than " : "", pictures, most);
    return pictures;
  }

  ExitCode tell_expansions(std::uint64_t pictures) {
    std::string text = fmt::format("{}: {} items, {} pictures\n", batch_.name, listed_, pictures);
    std::int64_t shown = 0;
    batch_.items([&](const ListItem& item) {
      if (shown >= kShownExpansions && !batch_.options.json) return;
      items_.expand(item, [&](const BatchItem& made) {
        event({{"event", "item"},
               {"place", made.place},
               {"prompt", made.prompts},
               {"seed", made.seed},
               {"folder", made.folder}});
        if (shown++ >= kShownExpansions) return;
        text += fmt::format("  {}  seed {}  {}\n", made.place, made.seed, made.prompts);
      });
    });
    if (pictures > kShownExpansions) text += "  ...\n";
    if (!batch_.options.json) print(text);
    return ExitCode::ok;
  }

  // Every item of this part goes into the record; what is there already stays as it is.
  void take_list() {
    store_->begin_list(fs::absolute(batch_.name).lexically_normal().string());
    std::int64_t position = 0;
    batch_.items([&](const ListItem& item) {
      items_.expand(item, [&](const BatchItem& made) {
        if (part_.parts == 0 || position++ % part_.parts == part_.part) store_->add(made);
      });
    });
    store_->end_list();
  }

  void begin() {
    const BatchCounts counts = counts_ = store_->counts();
    done_before_ = counts.done;
    counted_at_ = BatchClock::now();
    told_ = counts.steps_done;
    event({{"event", "start"},
           {"list", batch_.name},
           {"folder", batch_.folder.string()},
           {"items", counts.items},
           {"done", counts.done},
           {"steps", counts.steps}});
    say(fmt::format(
        "{}: {} pictures{}, {} are done, in {}", batch_.name, counts.items,
        part_.parts == 0 ? "" : fmt::format(" in part {} of {}", part_.part, part_.parts),
        counts.done, batch_.folder.string()));
    const ProgressStyle style = batch_.options.json    ? ProgressStyle::events
                                : batch_.options.quiet ? ProgressStyle::silent
                                                       : ProgressStyle::automatic;
    progress_.emplace(ProgressOptions{
        .label = "batch", .total = counts.steps, .style = style, .write = {}, .clock = {}});
    progress_->begin_at(counts.steps_done);
  }

  // One pass; false where none is left and nobody holds one.
  bool work(ExitCode& code) {
    const auto pass = store_->claim(self_, models_key_);
    if (!pass) {
      if (store_->running().empty()) return false;
      wait();
      return true;
    }
    heartbeat_->begin(pass->id, pass->step);
    pass_ = pass->id;
    held_ = static_cast<std::int64_t>(pass->items.size());
    counted_step_ = pass->step;
    const auto failure = paint(*pass, code);
    heartbeat_->end();
    pass_ = held_ = counted_step_ = 0;
    if (failure) take_failure(*pass, *failure, code);
    if (batch_.on_news) batch_.on_news(*store_);
    return true;
  }

  // For processes that hold the last passes: one of them may die.
  void wait() {
    std::this_thread::sleep_for(kLookEvery);
    tell_progress(0);
  }

  // What went wrong, if anything did. `code` is set where a signal came.
  std::optional<PassFailure> paint(const BatchPass& pass, ExitCode& code) {
    try {
      std::vector<PaintRequest> requests;
      for (const ItemRecord& record : pass.items) {
        requests.push_back(items_.request(record.item, batch_.folder));
      }
      leave_foreign_checkpoint(requests);
      load_models(pass.items.front().item.models, requests.front());
      PaintHooks hooks;
      hooks.models = &*models_;
      hooks.is_silent = true;
      hooks.takes_up = true;
      bool is_first = true;
      hooks.on_step = [&, this](std::int64_t step, std::int64_t) {
        heartbeat_->step(step);
        // Should this process die, the record knows that it came further.
        if (std::exchange(is_first, false)) store_->beat(pass.id, self_, step);
        tell_progress(step);
      };
      code = signals_->exit_code();
      PaintResult result{.code = code, .steps = pass.step, .pictures = {}, .losses = {}};
      if (code == ExitCode::ok) {
        signals_.reset();  // it has its own
        try {
          result = paint_pictures(requests, hooks);
        } catch (...) {
          signals_.emplace();
          throw;
        }
        signals_.emplace();
      }
      code = result.code;
      if (code != ExitCode::ok) {
        heartbeat_->end();
        store_->beat(pass.id, self_, result.steps);
        store_->give_back(pass.id, self_);
        return std::nullopt;
      }
      finish(pass, result);
      return std::nullopt;
    } catch (const Error& error) {
      return PassFailure{error.code(), error.what()};
    } catch (const std::bad_alloc&) {
      return PassFailure{ExitCode::memory, "out of memory"};
    } catch (const c10::Error& error) {
      std::string reason = error.what_without_backtrace();
      reason.resize(std::min(reason.find('\n'), reason.size()));
      const bool is_memory = is_out_of_memory(error);
      return PassFailure{.code = is_memory ? ExitCode::memory : ExitCode::internal,
                         .reason = reason,
                         .is_of_device = !is_memory && models_ && models_->device.is_cuda()};
    }
  }

  // One of other pictures together with the first, or one that is damaged, is of no use here: the
  // record says who paints together.
  static void leave_foreign_checkpoint(std::vector<PaintRequest> requests) {
    const CheckpointPair pair(requests.front().place->folder);
    try {
      if (const auto found = pair.newest()) take_requests(found->checkpoint, requests);
    } catch (const Error&) {
      pair.remove();
    }
  }

  void load_models(const std::string& key, const PaintRequest& request) {
    if (models_ && key == models_key_) return;
    models_.reset();  // never two at once in memory
    models_ = load_painter_models(request.picture, at::Device(request.run.device));
    models_key_ = key;
  }

  void finish(const BatchPass& pass, const PaintResult& result) {
    std::vector<std::string> pictures;
    for (const fs::path& path : result.pictures) pictures.push_back(path.string());
    store_->finish(pass, pictures, result.losses, result.seconds);
    counts_.done += held_;
    counts_.steps_done -= counted_step_ * held_;
    for (const ItemRecord& record : pass.items) counts_.steps_done += record.item.steps;
    for (std::size_t i = 0; i < pass.items.size(); ++i) {
      const BatchItem& item = pass.items[i].item;
      event({{"event", "item"},
             {"state", "done"},
             {"place", item.place},
             {"prompt", item.prompts},
             {"seed", item.seed},
             {"picture", pictures[i]},
             {"seconds", result.seconds / static_cast<double>(pass.items.size())}});
      if (batch_.tells_pictures && !batch_.options.json) print(pictures[i] + "\n");
    }
    pass_ = held_ = counted_step_ = 0;
    tell_progress(0);
  }

  void take_failure(const BatchPass& pass, const PassFailure& failure, ExitCode& code) {
    // A full disk or a folder that may not be written meets the next one, too.
    if (failure.code == ExitCode::io || failure.code == ExitCode::permission) {
      store_->give_back(pass.id, self_);
      progress_->finish();
      throw Error(failure.code, failure.reason);
    }
    const std::int64_t retry = may_pass(failure.code) ? batch_.options.retry : 0;
    const auto failed = store_->fail(pass, failure.code, failure.reason, retry);
    event({{"event", "failure"},
           {"place", pass.items.front().item.place},
           {"items", pass.items.size()},
           {"code", static_cast<int>(failure.code)},
           {"reason", failure.reason},
           {"goes_on", !failed}});
    const std::string& place = pass.items.front().item.place;
    std::string text = fmt::format("{}: {}", place, failure.reason);
    if (!failed) {
      text += pass.items.size() > 1 ? "; its pass is tried again, picture by picture"
                                    : "; it is tried again";
    }
    if (batch_.options.quiet) {
      tell(text);
    } else {
      progress_->note(text);
    }
    if (failure.is_of_device) {
      fail(ExitCode::internal, "the device fails ({}); the same command goes on", failure.reason);
    }
    if (failed && !batch_.options.keep_going) code = failure.code;
  }

  // Those of other processes are counted now and then.
  void tell_progress(std::int64_t step) {
    const auto now = BatchClock::now();
    if (now - counted_at_ >= kCountEvery) {
      if (pass_ != 0) store_->beat(pass_, self_, step);  // so that the count knows of it
      counts_ = store_->counts();
      counted_at_ = now;
      counted_step_ = step;
    }
    told_ = std::max(told_, counts_.steps_done + (step - counted_step_) * held_);
    progress_->update(std::min(told_, counts_.steps),
                      {{"pictures", static_cast<double>(counts_.done)},
                       {"of", static_cast<double>(counts_.items)}});
  }

  // The last words: every item's state, in a file and, where they are few, in lines.
  ExitCode end(ExitCode code) {
    const BatchCounts counts = store_->counts();
    const fs::path file = write_batch_table(*store_);
    event({{"event", "end"},
           {"items", counts.items},
           {"done", counts.done},
           {"before", done_before_},
           {"failed", counts.failed},
           {"waiting", counts.waiting + counts.running},
           {"table", file.string()}});
    if (batch_.tells_pictures && !batch_.options.json && !batch_.options.quiet) {
      std::istringstream lines(batch_report(*store_, started_, file));
      for (std::string line; std::getline(lines, line);) tell(line);
    }
    if (code != ExitCode::ok && counts.waiting > 0) say("the same command goes on with the rest");
    return counts.failed > 0 ? counts.worst : ExitCode::ok;
  }

  const Batch& batch_;
  BatchPart part_;
  BatchItems items_;
  ProcessName self_ = this_process();
  std::optional<Signals> signals_;  // but while a pass is painted
  std::optional<BatchStore> store_;
  Heartbeat* heartbeat_ = nullptr;
  std::optional<Progress> progress_;
  std::optional<PainterModels> models_;
  std::string models_key_;
  std::int64_t listed_ = 0;
  std::int64_t done_before_ = 0;
  std::int64_t started_ = std::chrono::duration_cast<std::chrono::milliseconds>(
                              std::chrono::system_clock::now().time_since_epoch())
                              .count();
  std::int64_t pass_ = 0;  // that is painted, and how many pictures it has
  std::int64_t held_ = 0;
  BatchCounts counts_;  // when last counted, and the step of this pass then
  BatchClock::time_point counted_at_{};
  std::int64_t counted_step_ = 0;
  std::int64_t told_ = 0;  // steps; never fewer than before
};

}  // namespace

ExitCode run_batch(const Batch& batch) { return BatchRun(batch).run(); }

}  // namespace pincel

#include <fmt/format.h>

#include <cstdlib>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "platforms/command/commands.h"
#include "platforms/command/description.h"
#include "platforms/command/run_loop.h"
#include "platforms/command/stop_request.h"
#include "platforms/exit_status.h"
#include "platforms/explore/explain/explanation.h"
#include "platforms/explore/explain/words.h"
#include "platforms/replay/replay.h"
#include "platforms/report/chrome_trace.h"
#include "platforms/report/report.h"
#include "platforms/report/units.h"
#include "platforms/software_error.h"
#include "platforms/version.h"
#include "platforms/virt/accounts.h"
#include "platforms/virt/platform.h"
#include "platforms/virt/standstill.h"
#include "traces/format/content_hash.h"
#include "traces/format/output_file.h"
#include "traces/make/workload_file.h"

namespace doorbell {
namespace {

/// A file of results, or none. It is opened before the run, so that a path that can't be written is
/// found out at once and not after an hour.
using Output = std::optional<trace::OutputFile>;

void open(Output& output, const std::string& path) {
  if (!path.empty()) output.emplace(path);
}

/// One run of the command, from the files it reads to the files it writes.
class Run {
 public:
  explicit Run(const RunOptions& options);
  int perform();

 private:
  void read_parameters();
  void read_workload();
  void begin_measuring();
  void begin_trace();
  void begin_explanation();
  RunPosition position() const;
  std::string remaining_text() const;
  RunReport report(RunLoop::End end);
  void write(const RunReport& report);

  const RunOptions& options_;
  const StopRequest stop_request_;
  Description description_;
  ParameterTree tree_{description_};
  std::optional<trace::Workload> workload_;
  std::uint64_t workload_hash_ = 0;
  Output statistics_file_;
  Output trace_file_;
  Simulation& simulation_ = Simulation::current();
  RunLoop loop_{simulation_};
  std::optional<virt::Platform> platform_;
  std::optional<replay::Replay> replay_;
  std::optional<ChromeTrace> trace_;
  std::optional<explore::Explanation> explanation_;
  Time measured_from_ = 0;
};

Run::Run(const RunOptions& options) : options_(options) {
  read_parameters();
  read_workload();
  open(statistics_file_, options.statistics);
  open(trace_file_, options.trace);
}

void Run::read_parameters() {
  DescriptionSources sources = options_.sources;
  std::erase_if(sources.settings, workload::is_of_workload);
  read_description(tree_, sources);
  description_.platform.check();
}

void Run::read_workload() {
  std::vector<std::string> settings = options_.sources.settings;
  std::erase_if(settings, std::not_fn(workload::is_of_workload));
  workload_ = workload::open(options_.workload, settings);
  workload_hash_ = workload::is_description(options_.workload)
                       ? trace::content_hash(*workload_->open())
                       : trace::content_hash(options_.workload);
}

int Run::perform() {
  simulation_.kernel().set_lookahead(description_.platform.host.lookahead);
  simulation_.scheduler().set_timing(Timing::loose);
  platform_.emplace("virt", description_.platform);
  replay_.emplace(*platform_, description_.replay, *workload_);
  replay_->on_ready([this] { begin_measuring(); });
  replay_->on_end([this] { loop_.finish(); });
  virt::Standstill standstill(*platform_);
  const RunLoop::End end = loop_.run([this] { return position(); }, standstill);
  write(report(end));
  if (end == RunLoop::End::asked) return exit_status::interrupted;
  if (end == RunLoop::End::standstill) {
    throw SoftwareError("the run stands still at " + duration_text(loop_.ended_at()) + ": " +
                        standstill.text() + remaining_text());
  }
  if (const std::string failures = replay_->failures(); !failures.empty())
    throw SoftwareError("software failed: " + failures);
  return EXIT_SUCCESS;
}

std::string Run::remaining_text() const {
  const std::string remaining = replay_->remaining();
  return remaining.empty() ? "" : "; " + remaining;
}

void Run::begin_measuring() {
  Scheduler& scheduler = simulation_.scheduler();
  scheduler.set_timing(Timing::approximate);
  measured_from_ = scheduler.now();
  simulation_.statistics().reset(measured_from_);
  simulation_.stage_statistics().reset();
  simulation_.journeys().reset();
  if (trace_file_) begin_trace();
  if (options_.slowest != 0) begin_explanation();
}

void Run::begin_trace() {
  JourneyLog& journeys = simulation_.journeys();
  trace_.emplace([this](std::string_view text) { trace_file_->write(text); }, simulation_.stages());
  journeys.keep_spans(options_.trace_from, options_.trace_count);
  journeys.on_finish([this](const Journey& journey, Outcome outcome) {
    const std::uint64_t number = journey.number();
    const bool wanted =
        number >= options_.trace_from && number - options_.trace_from < options_.trace_count;
    if (wanted) trace_->write(journey, outcome);
  });
}

/// Which MSIs are the slowest is known at the end: all of them keep their spans.
void Run::begin_explanation() {
  JourneyLog& journeys = simulation_.journeys();
  explanation_.emplace(simulation_.stages(), options_.slowest);
  journeys.keep_spans(0, std::numeric_limits<std::uint64_t>::max());
  journeys.on_finish(
      [this](const Journey& journey, Outcome outcome) { explanation_->add(journey, outcome); });
}

RunPosition Run::position() const {
  const Time now = simulation_.scheduler().now();
  return {.simulated = now > measured_from_ ? now - measured_from_ : 0,
          .transactions = replay_->transactions(),
          .done = replay_->done()};
}

RunReport Run::report(RunLoop::End end) {
  simulation_.statistics().finish(loop_.ended_at());
  RunTotals totals = virt::totals_of(*platform_);
  totals.transactions = replay_->counts().reads + replay_->counts().writes;
  totals.bytes = replay_->bytes();
  totals.measured = loop_.ended_at() - measured_from_;
  totals.faults.operations_failed = replay_->counts().failed;
  totals.faults.operations_refused = replay_->counts().refused;
  totals.faults.errors_raised += replay_->unclaimed();
  return {.version = std::string(version),
          .model = std::string(model_hash()),
          .partial = end != RunLoop::End::finished,
          .workload_hash = workload_hash_,
          .workload_made_from = workload_->open()->header().made_from,
          .parameters = tree_,
          .statistics = simulation_.statistics(),
          .stages = simulation_.stage_statistics(),
          .totals = totals,
          .conservation = virt::conservation_of(*platform_)};
}

void Run::write(const RunReport& report) {
  fmt::print("{}", summary(report));
  nlohmann::ordered_json statistics = to_json(report);
  if (options_.slowest != 0) {
    // A run that was ended before the measured region has none to explain.
    if (!explanation_) explanation_.emplace(simulation_.stages(), options_.slowest);
    statistics["explain"] = explanation_->to_json();
    fmt::print("\n{}", explore::explanation_words(statistics));
  }
  if (statistics_file_) {
    statistics_file_->write(statistics.dump(1));
    statistics_file_->write("\n");
    statistics_file_->close();
  }
  if (trace_file_) {
    // A run that was ended before the measured region has an empty one.
    if (!trace_) begin_trace();
    trace_->finish(report.partial);
    trace_file_->close();
  }
}

}  // namespace

int run(const RunOptions& options) {
  return Run(options).perform();
}

}  // namespace doorbell

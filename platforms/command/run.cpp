#include <fmt/format.h>

#include <cstdlib>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "doorbell/core/arch/explanation.h"
#include "doorbell/core/arch/output_file.h"
#include "platforms/command/commands.h"
#include "platforms/command/run_loop.h"
#include "platforms/command/stop_request.h"
#include "platforms/command/workload_source.h"
#include "platforms/exit_status.h"
#include "platforms/explore/explain/words.h"
#include "platforms/report/chrome_trace.h"
#include "platforms/report/summary.h"
#include "platforms/report/units.h"
#include "platforms/software_error.h"
#include "platforms/version.h"
#include "platforms/virt/accounts.h"
#include "platforms/virt/platform.h"
#include "platforms/virt/standstill.h"

namespace doorbell {
namespace {

/// A file of results, or none. It is opened before the run, so that a path that can't be written is
/// found out at once and not after an hour.
using Output = std::optional<OutputFile>;

void open(Output& output, const std::string& path) {
  if (!path.empty()) output.emplace(path);
}

/// One run of the command, from the files it reads to the files it writes.
class Run {
 public:
  explicit Run(const RunOptions& options);
  int perform();

 private:
  void begin_measuring();
  void begin_trace();
  void begin_explanation();
  RunPosition position() const;
  std::string remaining_text() const;
  RunReport report(Time end, bool partial);
  void write(const RunReport& report);
  void write_statistics(const RunReport& report);
  void write_trace(bool partial);

  const RunOptions& options_;
  const StopRequest stop_request_;
  Description description_;
  ParameterTree tree_{description_};
  const std::unique_ptr<WorkloadSource> source_;
  Output statistics_file_;
  Output trace_file_;
  Simulation& simulation_ = Simulation::current();
  RunLoop loop_{simulation_};
  std::optional<virt::Platform> platform_;
  std::unique_ptr<Workload> workload_;
  std::optional<ChromeTrace> trace_;
  std::optional<Explanation> explanation_;
  Time measured_from_ = 0;
  std::uint64_t on_the_road_ = 0;  ///< MSIs, when measuring began: behind a warm-up.
  bool written_ = false;
};

Run::Run(const RunOptions& options)
    : options_(options), source_(read_workload(options, description_, tree_)) {
  open(statistics_file_, options.statistics);
  open(trace_file_, options.trace);
}

int Run::perform() {
  if (!source_->runs()) return EXIT_SUCCESS;
  simulation_.kernel().set_lookahead(description_.platform.host.lookahead);
  simulation_.scheduler().set_timing(Timing::loose);
  platform_.emplace("virt", description_.platform, source_->platform_files());
  workload_ = source_->make(*platform_, description_);
  workload_->on_ready([this] { begin_measuring(); });
  workload_->on_measured([this] { write(report(simulation_.scheduler().now(), false)); });
  workload_->on_end([this] { loop_.finish(); });
  workload_->start();
  virt::Standstill standstill(*platform_);
  const RunLoop::End end = loop_.run([this] { return position(); }, standstill, workload_.get());
  if (!written_ && workload_->has_results())
    write(report(loop_.ended_at(), end != RunLoop::End::finished));
  if (end == RunLoop::End::asked) return exit_status::interrupted;
  if (end == RunLoop::End::standstill) {
    throw SoftwareError("the run stands still at " + duration_text(loop_.ended_at()) + ": " +
                        standstill.text() + remaining_text());
  }
  if (const std::string failures = workload_->failures(); !failures.empty())
    throw SoftwareError("software failed: " + failures, workload_->failure_details());
  return workload_->exit_status();
}

std::string Run::remaining_text() const {
  const std::string remaining = workload_->remaining();
  return remaining.empty() ? "" : "; " + remaining;
}

void Run::begin_measuring() {
  Scheduler& scheduler = simulation_.scheduler();
  scheduler.set_timing(Timing::approximate);
  measured_from_ = scheduler.now();
  simulation_.statistics().reset(measured_from_);
  simulation_.stage_statistics().reset();
  simulation_.journeys().reset();
  on_the_road_ = virt::messages_on_the_road(*platform_);
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
    if (wanted && !written_) trace_->write(journey, outcome);
  });
}

/// Which MSIs are the slowest is known at the end: all of them keep their spans.
void Run::begin_explanation() {
  JourneyLog& journeys = simulation_.journeys();
  explanation_.emplace(simulation_.stages(), options_.slowest);
  journeys.keep_spans(0, std::numeric_limits<std::uint64_t>::max());
  journeys.on_finish([this](const Journey& journey, Outcome outcome) {
    if (!written_) explanation_->add(journey, outcome);
  });
}

RunPosition Run::position() const {
  const Time now = simulation_.scheduler().now();
  const Workload::Position position = workload_->position();
  return {.simulated = now > measured_from_ ? now - measured_from_ : 0,
          .transactions = position.transactions,
          .done = position.done};
}

RunReport Run::report(Time end, bool partial) {
  simulation_.statistics().finish(end);
  RunTotals totals = virt::totals_of(*platform_);
  totals.measured = end - measured_from_;
  workload_->add_to(totals);
  Conservation conservation = virt::conservation_of(*platform_);
  conservation.sent += on_the_road_;
  return {.version = std::string(version),
          .model = std::string(model_hash()),
          .partial = partial,
          .workload = source_->identity(),
          .parameters = tree_,
          .statistics = simulation_.statistics(),
          .stages = simulation_.stage_statistics(),
          .totals = totals,
          .conservation = std::move(conservation)};
}

void Run::write(const RunReport& report) {
  if (source_->has_summary()) fmt::print("{}", summary(report));
  if (statistics_file_ || options_.slowest != 0) write_statistics(report);
  write_trace(report.partial);
  written_ = true;
}

void Run::write_statistics(const RunReport& report) {
  nlohmann::ordered_json statistics = to_json(report);
  if (options_.slowest != 0) {
    // A run that was ended before the measured region has none to explain.
    if (!explanation_) explanation_.emplace(simulation_.stages(), options_.slowest);
    statistics["explain"] = explanation_->to_json();
    fmt::print("\n{}", explore::explanation_words(statistics));
  }
  if (!statistics_file_) return;
  statistics_file_->write(statistics.dump(1));
  statistics_file_->write("\n");
  statistics_file_->close();
}

void Run::write_trace(bool partial) {
  if (!trace_file_) return;
  // A run that was ended before the measured region has an empty one.
  if (!trace_) begin_trace();
  trace_->finish(partial);
  trace_file_->close();
}

}  // namespace

int run(const RunOptions& options) {
  return Run(options).perform();
}

}  // namespace doorbell

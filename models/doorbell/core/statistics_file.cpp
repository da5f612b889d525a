#include "doorbell/core/statistics_file.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "doorbell/core/arch/explanation.h"
#include "doorbell/core/arch/hash.h"
#include "doorbell/core/arch/output_file.h"
#include "doorbell/core/simulation.h"

namespace doorbell {
namespace {

struct NoParameters {
  void describe(ParameterGroup&) {}
};

/// The scheduler's time, or SystemC's where foreign modules went on alone.
Time now(Simulation& simulation) {
  return std::max<Time>(simulation.scheduler().now(), sc_core::sc_time_stamp().value());
}

/// The measured region is the window of every statistic.
Time measured_time(const Statistics& statistics) {
  Time measured = 0;
  statistics.visit([&](const Statistic& statistic) { measured = statistic.window(); });
  return measured;
}

/// By the ends of their Journeys: who makes an MSI counts none that gets lost before it has one.
Conservation conservation_of(JourneyLog& journeys) {
  Conservation conservation;
  conservation.sent = journeys.started();
  for (std::size_t i = 0; i < JourneyLog::outcome_count; ++i) {
    const auto outcome = static_cast<Outcome>(i);
    conservation.outcomes.push_back({to_string(outcome), journeys.finished(outcome)});
  }
  conservation.outcomes.push_back({"on the road at the end", journeys.in_flight()});
  return conservation;
}

}  // namespace

void begin_measuring() {
  Simulation& simulation = Simulation::current();
  simulation.begin_measuring(now(simulation));
}

void explain_slowest(std::size_t count) {
  Simulation::current().explain_slowest(count);
}

void write_statistics(const std::string& path, const ModelReport& report) {
  Simulation& simulation = Simulation::current();
  simulation.statistics().finish(now(simulation));
  JourneyLog& journeys = simulation.journeys();
  NoParameters none;
  const ParameterTree no_parameters(none);
  const RunReport run{
      .version = DOORBELL_VERSION,
      .model = report.model,
      .partial = report.partial,
      .workload = {.hash = text_hash(report.workload), .made_from = {}},
      .parameters = report.parameters != nullptr ? *report.parameters : no_parameters,
      .statistics = simulation.statistics(),
      .stages = simulation.stage_statistics(),
      .totals = {.measured = measured_time(simulation.statistics()),
                 .transactions = report.transactions,
                 .bytes = report.bytes,
                 .sent = journeys.started(),
                 .acknowledged = journeys.finished(Outcome::acknowledged),
                 .faults = report.faults},
      .conservation = report.conservation ? *report.conservation : conservation_of(journeys)};
  nlohmann::ordered_json json = to_json(run);
  if (const Explanation* explanation = simulation.explanation())
    json["explain"] = explanation->to_json();
  OutputFile file(path);
  file.write(json.dump(1));
  file.write("\n");
  file.close();
}

}  // namespace doorbell

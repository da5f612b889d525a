#include "platforms/explore/results/metric.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "doorbell/core/arch/error.h"
#include "platforms/explore/results/value_meaning.h"

namespace doorbell::explore {
namespace {

using Json = nlohmann::ordered_json;

constexpr double picoseconds_a_second = 1e12;

Better better_of(const std::string& text) {
  if (text == to_string(Better::lower)) return Better::lower;
  if (text == to_string(Better::higher)) return Better::higher;
  return Better::neither;
}

Metric::Number number_of(const Json& json) {
  if (json.is_number_unsigned()) return json.get<std::uint64_t>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number_float()) return json.get<double>();
  return std::monostate{};
}

/// Collects the metrics of a file.
class Collector {
 public:
  void add(std::string name, std::string_view unit, Better better, std::string_view help,
           Metric::Number number) {
    metrics_.push_back(
        {std::move(name), std::string(unit), better, std::string(help), std::move(number)});
  }

  void totals(const Json& totals);
  void conservation(const Json& conservation);
  void latency(const Json& latency);
  void statistic(const Json& statistic);

  std::vector<Metric> take() {
    std::sort(metrics_.begin(), metrics_.end(),
              [](const Metric& a, const Metric& b) { return a.name < b.name; });
    return std::move(metrics_);
  }

 private:
  void distribution(const std::string& name, std::string_view help, const Json& values);

  std::vector<Metric> metrics_;
};

void Collector::totals(const Json& totals) {
  const auto seconds = totals.at("measured").get<double>() / picoseconds_a_second;
  const auto rate = [&](const char* of) -> Metric::Number {
    if (seconds <= 0) return std::monostate{};
    return totals.at(of).get<double>() / seconds;
  };
  add("totals.measured", "ps", Better::lower, "Simulated time that the workload took",
      number_of(totals.at("measured")));
  add("totals.transactions", "transactions", Better::neither, "DMA reads and writes",
      number_of(totals.at("transactions")));
  add("totals.bytes", "bytes", Better::neither, "Read and written by DMA",
      number_of(totals.at("bytes")));
  add("totals.sent", "MSIs", Better::neither, "Written by endpoints", number_of(totals.at("sent")));
  add("totals.acknowledged", "MSIs", Better::neither, "Interrupts that processors took",
      number_of(totals.at("acknowledged")));
  const auto fault = [&](const char* name, std::string_view unit, std::string_view help) {
    // Files of versions before these were counted have none.
    if (const auto found = totals.find(name); found != totals.end())
      add(std::string("totals.") + name, unit, Better::lower, help, number_of(*found));
  };
  fault("commands_refused", "commands", "By the SMMU and the ITS");
  fault("operations_failed", "operations", "Of software: a driver answered with an error");
  fault("operations_refused", "operations", "Of functions: not sent, or answered with an error");
  fault("events_recorded", "events", "By the SMMU, in its Event queue");
  fault("errors_raised", "errors",
        "Accesses answered with an error, events lost, stray interrupts");
  add("totals.msi_rate", "1/s", Better::higher, "Acknowledged, by simulated time",
      rate("acknowledged"));
  add("totals.byte_rate", "bytes/s", Better::higher, "Read and written, by simulated time",
      rate("bytes"));
}

void Collector::conservation(const Json& conservation) {
  for (const auto& [outcome, count] : conservation.at("outcomes").items()) {
    add("conservation." + outcome, "MSIs", Better::neither, "Doorbells with this outcome",
        number_of(count));
  }
}

void Collector::distribution(const std::string& name, std::string_view help, const Json& values) {
  for (const auto& [value, number] : values.items()) {
    const ValueMeaning meaning = meaning_of("histogram", value, {"ps", Better::lower});
    if (meaning.is_metric)
      add(name + "." + value, meaning.unit, meaning.better, help, number_of(number));
  }
}

void Collector::latency(const Json& latency) {
  const Json& total = latency.at("total");
  distribution("latency.end_to_end", "From the function's decision to the acknowledge",
               total.at("end_to_end"));
  for (const auto& [stage, parts] : total.at("stages").items()) {
    const std::string name = "latency." + stage;
    add(name + ".share", "", Better::neither, "Of the time of all MSIs",
        number_of(parts.at("share")));
    distribution(name + ".waiting", "Waiting in this stage", parts.at("waiting"));
    distribution(name + ".service", "Served in this stage", parts.at("service"));
  }
  for (const Json& stream : latency.at("streams")) {
    distribution(
        fmt::format("latency.stream_{:#x}.end_to_end", stream.at("stream").get<std::uint32_t>()),
        "Of this stream's MSIs", stream.at("end_to_end"));
  }
}

void Collector::statistic(const Json& statistic) {
  const auto path = statistic.at("path").get<std::string>();
  const auto kind = statistic.at("kind").get<std::string>();
  const auto help = statistic.at("help").get<std::string>();
  const ValueMeaning whole{statistic.at("unit").get<std::string>(),
                           better_of(statistic.at("better").get<std::string>())};
  for (const auto& [value, number] : statistic.at("values").items()) {
    const ValueMeaning meaning = meaning_of(kind, value, whole);
    if (!meaning.is_metric || number.is_structured()) continue;
    // A counter and a gauge are what their one value is.
    const bool alone = value == "value";
    add(alone ? path : path + "." + value, meaning.unit, meaning.better, help, number_of(number));
  }
}

}  // namespace

double Metric::value() const {
  return std::visit(
      [](const auto& held) -> double {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return 0;
        } else {
          return static_cast<double>(held);
        }
      },
      number);
}

std::vector<Metric> metrics_of(const Json& statistics) {
  Collector collector;
  try {
    collector.totals(statistics.at("totals"));
    collector.conservation(statistics.at("conservation"));
    collector.latency(statistics.at("latency"));
    for (const Json& statistic : statistics.at("statistics").at("metrics"))
      collector.statistic(statistic);
  } catch (const Json::exception&) {
    throw InputError("statistics: expected what docs/statistics.md describes, found another shape");
  }
  return collector.take();
}

const Metric* find(const std::vector<Metric>& metrics, const std::string& name) {
  const auto found = std::lower_bound(
      metrics.begin(), metrics.end(), name,
      [](const Metric& metric, const std::string& wanted) { return metric.name < wanted; });
  return found != metrics.end() && found->name == name ? &*found : nullptr;
}

}  // namespace doorbell::explore

#include "doorbell/core/arch/statistics_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>

#include "doorbell/core/arch/statistics_kinds.h"

namespace doorbell {
namespace {

using Json = nlohmann::ordered_json;

Json number(const StatisticValue::Number& value) {
  return std::visit(
      [](const auto& held) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(held)>, std::monostate>) {
          return nullptr;
        } else {
          return held;
        }
      },
      value);
}

Json object(const StatisticValues& values) {
  Json json = Json::object();
  for (const StatisticValue& value : values)
    json[std::string(value.name)] = number(value.number);
  return json;
}

enum class Detail : std::uint8_t { summary, buckets };

template <class AnyHistogram>
Json object(const AnyHistogram& histogram, Detail detail) {
  StatisticValues values;
  append_values(histogram, values);
  if (detail == Detail::buckets) append_buckets(histogram, values);
  return object(values);
}

/// `stages` is the detail of each stage; the whole road always has its buckets.
Json stream_json(const StageGraph& graph, const StageStatistics::Stream& stream, Detail stages) {
  std::uint64_t whole = 0;
  for (const StageHistograms& stage : stream.stages) {
    whole += stage.waiting.sum() + stage.service.sum();
  }
  Json by_stage = Json::object();
  for (const StageId id : graph.in_order()) {
    const StageHistograms& stage = stream.stages[static_cast<std::size_t>(id)];
    if (stage.service.count() == 0) continue;
    const std::uint64_t part = stage.waiting.sum() + stage.service.sum();
    Json& json = by_stage[graph.info(id).name];
    json["share"] = whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
    json["waiting"] = object(stage.waiting, stages);
    json["service"] = object(stage.service, stages);
  }
  Json json;
  json["end_to_end"] = object(stream.end_to_end, Detail::buckets);
  json["stages"] = std::move(by_stage);
  return json;
}

Json vector_json(const StageGraph& graph, const std::vector<StageId>& order,
                 const StageStatistics::Vector& vector, Detail detail) {
  Json json;
  json["device"] = vector.device;
  json["event"] = vector.event;
  json["end_to_end"] = object(vector.end_to_end, detail);
  Json& stages = json["stages"] = Json::object();
  for (const StageId id : order) {
    const TimeSummary& stage = vector.stages[static_cast<std::size_t>(id)];
    if (stage.count == 0) continue;
    stages[graph.info(id).name] = {
        {"count", stage.count}, {"sum", stage.sum}, {"max", stage.maximum}};
  }
  return json;
}

/// Whether each vector's buckets are written: of so many at most, those that took the most time in
/// all. Tens of thousands of distributions would be most of the file, and nobody looks at them.
std::vector<Detail> vector_details(const std::vector<StageStatistics::Vector>& vectors) {
  std::vector<std::size_t> order(vectors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return vectors[a].end_to_end.sum() > vectors[b].end_to_end.sum();
  });
  order.resize(std::min(order.size(), vectors_with_buckets));
  std::vector<Detail> details(vectors.size(), Detail::summary);
  for (const std::size_t index : order)
    details[index] = Detail::buckets;
  return details;
}

}  // namespace

Json to_json(const Statistics& statistics) {
  Json metrics = Json::array();
  Time start = 0;
  Time end = 0;
  StatisticValues values;
  statistics.visit([&](const Statistic& statistic) {
    values.clear();
    statistic.values(values);
    start = statistic.window_start();
    end = statistic.window_end();
    metrics.push_back({{"path", statistic.path()},
                       {"kind", statistic.kind()},
                       {"unit", statistic.info().unit},
                       {"better", to_string(statistic.info().better)},
                       {"help", statistic.info().help},
                       {"values", object(values)}});
  });
  Json json;
  json["window"] = {{"start", start}, {"end", end}};
  json["metrics"] = std::move(metrics);
  return json;
}

Json to_json(const StageGraph& graph) {
  Json json = Json::array();
  for (const StageId id : graph.in_order()) {
    const StageInfo& stage = graph.info(id);
    json.push_back({{"name", stage.name},
                    {"order", stage.order},
                    {"successor", stage.successor.empty() ? Json() : Json(stage.successor)},
                    {"help", stage.help}});
  }
  return json;
}

/// Those of which something came to its end in the region: what was seen before it is no result.
Json to_json(StageStatistics& stages) {
  const StageGraph& graph = stages.graph();
  const std::vector<StageId> order = graph.in_order();
  Json json;
  json["graph"] = to_json(graph);
  json["total"] = stream_json(graph, stages.total(), Detail::buckets);
  Json& streams = json["streams"] = Json::array();
  for (const auto& [id, stream] : stages.streams()) {
    if (stream->end_to_end.count() == 0) continue;
    Json one;
    one["stream"] = id;
    one.update(stream_json(graph, *stream, Detail::summary));
    streams.push_back(std::move(one));
  }
  Json& vectors = json["vectors"] = Json::array();
  std::vector<StageStatistics::Vector> all;
  for (const StageStatistics::Vector& vector : stages.vectors()) {
    if (vector.end_to_end.count() != 0) all.push_back(vector);
  }
  const std::vector<Detail> details = vector_details(all);
  for (std::size_t i = 0; i < all.size(); ++i)
    vectors.push_back(vector_json(graph, order, all[i], details[i]));
  return json;
}

}  // namespace doorbell

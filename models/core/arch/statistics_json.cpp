#include "doorbell/core/arch/statistics_json.h"

#include <nlohmann/json.hpp>

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

template <class AnyHistogram>
Json object(const AnyHistogram& histogram) {
  StatisticValues values;
  append_values(histogram, values);
  return object(values);
}

Json stream_json(const StageGraph& graph, const StageStatistics::Stream& stream) {
  std::uint64_t whole = 0;
  for (const StageHistograms& stage : stream.stages) {
    whole += stage.waiting.sum() + stage.service.sum();
  }
  Json stages = Json::object();
  for (const StageId id : graph.in_order()) {
    const StageHistograms& stage = stream.stages[static_cast<std::size_t>(id)];
    if (stage.service.count() == 0) continue;
    const std::uint64_t part = stage.waiting.sum() + stage.service.sum();
    Json& json = stages[graph.info(id).name];
    json["share"] = whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
    json["waiting"] = object(stage.waiting);
    json["service"] = object(stage.service);
  }
  Json json;
  json["end_to_end"] = object(stream.end_to_end);
  json["stages"] = std::move(stages);
  return json;
}

Json vector_json(const StageGraph& graph, const std::vector<StageId>& order,
                 const StageStatistics::Vector& vector) {
  Json json;
  json["device"] = vector.device;
  json["event"] = vector.event;
  json["end_to_end"] = object(vector.end_to_end);
  Json& stages = json["stages"] = Json::object();
  for (const StageId id : order) {
    const TimeSummary& stage = vector.stages[static_cast<std::size_t>(id)];
    if (stage.count == 0) continue;
    stages[graph.info(id).name] = {
        {"count", stage.count}, {"sum", stage.sum}, {"max", stage.maximum}};
  }
  return json;
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

Json to_json(StageStatistics& stages) {
  const StageGraph& graph = stages.graph();
  const std::vector<StageId> order = graph.in_order();
  Json json;
  json["graph"] = to_json(graph);
  json["total"] = stream_json(graph, stages.total());
  Json& streams = json["streams"] = Json::array();
  for (const auto& [id, stream] : stages.streams()) {
    Json one;
    one["stream"] = id;
    one.update(stream_json(graph, *stream));
    streams.push_back(std::move(one));
  }
  Json& vectors = json["vectors"] = Json::array();
  for (const StageStatistics::Vector& vector : stages.vectors()) {
    vectors.push_back(vector_json(graph, order, vector));
  }
  return json;
}

}  // namespace doorbell

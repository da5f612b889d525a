#include "platforms/explore/sweep/point_folder.h"

#include <nlohmann/json.hpp>

#include "doorbell/core/arch/error.h"
#include "platforms/explore/sweep/files.h"

namespace doorbell::sweep {
namespace {

using Json = nlohmann::ordered_json;

Json to_json(const PointOrder& order) {
  return {{"model", order.model},
          {"workload", order.workload_name},
          {"path", order.workload.string()},
          {"workload_key", order.workload_key},
          {"timeout", order.timeout},
          {"slowest", order.slowest},
          {"restores", order.restores},
          {"measure_to", order.measure_to},
          {"warm_up", order.warm_up}};
}

std::string text_of(const PointOrder& order) {
  try {
    return to_json(order).dump(1) + "\n";
  } catch (const Json::type_error&) {
    throw InputError(order.workload.string(), 0, "workload", "a path in UTF-8", "another one");
  }
}

std::optional<PointOrder> read(const std::filesystem::path& file) {
  const auto text = read_text(file);
  if (!text) return std::nullopt;
  try {
    const Json json = Json::parse(*text);
    return PointOrder{.model = json.at("model"),
                      .workload_name = json.at("workload"),
                      .workload = json.at("path").get<std::string>(),
                      .workload_key = json.at("workload_key"),
                      .timeout = json.at("timeout"),
                      .slowest = json.value("slowest", std::uint64_t{0}),
                      .restores = json.value("restores", false),
                      .measure_to = json.value("measure_to", std::string()),
                      .warm_up = json.value("warm_up", std::string())};
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

}  // namespace

namespace {

void prepare_file(const std::filesystem::path& file, const std::string& text) {
  const auto present = read_text(file);
  if (present && *present != text) {
    throw InputError(file.string(), 0, "point", "the description that its folder is named after",
                     "another one; remove the folder to run the point again");
  }
  if (!present) write_whole(file, text);
}

}  // namespace

void prepare_point(const std::filesystem::path& folder, const PointDescription& description,
                   const PointOrder& order) {
  make_folder(folder);
  prepare_file(folder / point_file::description, description.platform);
  if (!description.workload.empty())
    prepare_file(folder / point_file::workload, description.workload);
  if (read(folder / point_file::point) != order)
    write_whole(folder / point_file::point, text_of(order));
}

PointOrder read_order(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / point_file::point;
  auto order = read(file);
  if (!order) throw InputError(file.string(), 0, "point", "a point that a sweep prepared", "none");
  return *order;
}

std::uint64_t slowest_of(const std::filesystem::path& folder) {
  const auto order = read(folder / point_file::point);
  return order ? order->slowest : 0;
}

}  // namespace doorbell::sweep

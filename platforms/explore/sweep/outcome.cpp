#include "platforms/explore/sweep/outcome.h"

#include <nlohmann/json.hpp>

#include "platforms/explore/sweep/files.h"
#include "platforms/explore/sweep/point_folder.h"

namespace doorbell::sweep {

using Json = nlohmann::ordered_json;

std::optional<Outcome> read_outcome(const std::filesystem::path& folder) {
  const auto text = read_text(folder / point_file::outcome);
  if (!text) return std::nullopt;
  const Json json = Json::parse(*text, nullptr, false);
  if (!json.is_object() || !json.contains("status") || !json["status"].is_string())
    return std::nullopt;
  if (json.contains("message") && !json["message"].is_string()) return std::nullopt;
  const std::string message = json.value("message", "");
  if (json["status"] == name_of(PointStatus::failed)) return Outcome{PointStatus::failed, message};
  // A point whose statistics somebody has removed is to run again.
  std::error_code none;
  const bool has_statistics = std::filesystem::exists(folder / point_file::statistics, none);
  if (json["status"] != name_of(PointStatus::done) || !has_statistics) return std::nullopt;
  return Outcome{PointStatus::done, message};
}

void record_outcome(const std::filesystem::path& folder, const Outcome& outcome) {
  const Json json{{"status", name_of(outcome.status)}, {"message", outcome.message}};
  // What a run prints need not be UTF-8.
  write_whole(folder / point_file::outcome,
              json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

void forget_outcome(const std::filesystem::path& folder) {
  std::error_code none;
  std::filesystem::remove(folder / point_file::outcome, none);
}

}  // namespace doorbell::sweep

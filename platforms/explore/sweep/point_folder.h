#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace doorbell::sweep {

/// The files in the folder of a point.
namespace point_file {
inline constexpr const char* description = "description.yaml";  ///< All parameters.
inline constexpr const char* workload = "workload.yaml";        ///< Where it isn't a trace.
inline constexpr const char* point = "point.json";              ///< What else it takes to run it.
inline constexpr const char* statistics = "stats.json.gz";
inline constexpr const char* log = "log";  ///< What the run printed.
inline constexpr const char* outcome = "outcome.json";
}  // namespace point_file

/// The descriptions of a point.
struct PointDescription {
  std::string platform;
  std::string workload;  ///< Empty for a trace.
};

/// What it takes to run a point, beside its description.
struct PointOrder {
  std::string model;               ///< Hash of the model that it is to run on.
  std::string workload_name;       ///< As the plan names it.
  std::filesystem::path workload;  ///< Where it is; empty: described in the point's folder.
  std::string workload_key;        ///< Of it, which the point's key holds.
  std::uint64_t timeout = 0;       ///< Seconds; 0 for no limit.
  std::uint64_t slowest = 0;       ///< How many of the slowest MSIs its statistics explain.
  bool restores = false;           ///< The workload is a checkpoint.
  std::string measure_to;          ///< Of one: as of `doorbell run`.
  std::string warm_up;

  bool operator==(const PointOrder&) const = default;
};

/// Makes the folder of a point, or sees that it is this point's. One that is prepared already is
/// left as it is, since its run may be under way. InputError when the folder is another point's, or
/// can't be written.
void prepare_point(const std::filesystem::path& folder, const PointDescription& description,
                   const PointOrder& order);

/// InputError when the folder isn't prepared.
PointOrder read_order(const std::filesystem::path& folder);
/// How many of the slowest MSIs the point in that folder explains, or will when it has run; 0 when
/// it isn't prepared.
std::uint64_t slowest_of(const std::filesystem::path& folder);

}  // namespace doorbell::sweep

#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "platforms/explore/results/metric.h"

namespace doorbell::explore {

/// How far a point has come.
enum class PointStatus : std::uint8_t {
  done,
  failed,   ///< It ran, and ended without results.
  missing,  ///< It hasn't run: the sweep was interrupted.
};

/// "done", "failed", "missing".
std::string name_of(PointStatus status);

/// What is varied from point to point.
struct SweepAxis {
  enum class Kind : std::uint8_t {
    parameter,  ///< `name` is the path of a parameter.
    variant,    ///< Named sets of overlays, settings and workload.
    workload,   ///< The plan names several; `name` is "workload".
    repeat,     ///< The same point with other seeds, numbered from 1; `name` is "repeat".
  };
  std::string name;
  std::string unit;  ///< Of a parameter: "entries", "ps", "Hz"; else empty.
  Kind kind = Kind::parameter;
  bool logarithmic = false;  ///< Its values are best seen on a logarithmic axis.
};

/// Where a point stands on an axis.
struct SweepCoordinate {
  std::string text;              ///< As it is written: "170ns", "64", "eight drives".
  std::optional<double> number;  ///< In the axis's unit; nothing when it is no number.
};

/// A metric, and what it was at every point.
struct SweepMetric {
  std::string name;
  std::string unit;
  Better better = Better::neither;
  std::string help;
  /// One a point. monostate where the point has no such metric.
  std::vector<Metric::Number> values;

  /// Nothing where it doesn't exist.
  std::optional<double> at(std::size_t point) const;
};

/// A parameter, and what it was at every point. Host-only ones are left out.
struct SweepParameter {
  std::string name;
  std::string unit;
  std::string default_text;
  /// One a point, or a single one when all points agree. Texts as YAML has them; empty for a point
  /// whose platform has no such parameter.
  std::vector<std::string> values;

  const std::string& at(std::size_t point) const {
    return values.size() == 1 ? values.front() : values.at(point);
  }
  bool varies() const { return values.size() > 1; }
};

/// One point of the plan.
struct SweepPoint {
  std::string key;            ///< 32 hexadecimal digits: its folder in DIR/points.
  std::string workload;       ///< As the plan names it.
  std::string workload_hash;  ///< FNV-1a of its content, 16 hexadecimal digits.
  PointStatus status = PointStatus::missing;
  std::string message;                       ///< Of a failure, in one line.
  std::vector<SweepCoordinate> coordinates;  ///< One for each axis.
};

/// All that a sweep found, as its database holds it (docs/sweep.md).
struct SweepResult {
  std::string version;                     ///< Of Doorbell.
  std::string model;                       ///< Hash of the model's sources.
  std::string plan;                        ///< Hash of the points that were planned.
  std::vector<SweepAxis> axes;             ///< In the plan's order.
  std::vector<SweepPoint> points;          ///< In the plan's order.
  std::vector<SweepMetric> metrics;        ///< Sorted by name.
  std::vector<SweepParameter> parameters;  ///< Sorted by name.
};

/// The name of the database in a sweep's folder.
inline constexpr const char* sweep_database_name = "sweep.sqlite";

/// The database in a sweep's folder; a file as it is.
std::filesystem::path sweep_database_file(const std::filesystem::path& file_or_folder);

/// Writes the database anew, whole or not at all. Equal results give equal bytes. InputError when
/// it can't be written, such as on a full disk; what was there before is then still there.
void write_sweep_database(const std::filesystem::path& file, const SweepResult& result);

/// Reads a database, or the one in a sweep's folder. InputError, naming the file, when there is
/// none, or it is corrupt or of another format.
SweepResult read_sweep_database(const std::filesystem::path& file_or_folder);

/// The same without metrics and parameters: quick, also when there are many.
SweepResult read_sweep_points(const std::filesystem::path& file_or_folder);

/// True for a sweep's folder, and for a file that begins as SQLite's do: so that a command tells a
/// sweep from the statistics of a run.
bool is_sweep(const std::filesystem::path& file_or_folder);

}  // namespace doorbell::explore

#include "platforms/explore/results/sweep_database.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

#include "doorbell/core/arch/error.h"
#include "platforms/explore/results/sweep_schema.h"

namespace doorbell::explore {
namespace {

constexpr std::string_view sqlite_magic = "SQLite format 3";

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& found) {
  throw InputError(file.string(), 0, "database", "one of a sweep", found);
}

/// Rows are numbered from 1 without gaps.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& file)
      : file_(file), database_(file.string(), SQLite::OPEN_READONLY) {}

  void read_points() {
    const std::string format = property("format");
    if (format != sweep_database_format)
      fail(file_, "format " + format + ", made by another version");
    result_.version = property("version");
    result_.model = property("model");
    result_.plan = property("plan");
    read_axes();
    SQLite::Statement rows(
        database_,
        "SELECT key, workload, workload_hash, status, message FROM points ORDER BY point");
    while (rows.executeStep()) {
      SweepPoint& point = result_.points.emplace_back();
      point.key = rows.getColumn(0).getString();
      point.workload = rows.getColumn(1).getString();
      point.workload_hash = rows.getColumn(2).getString();
      point.status = value(status_names, rows.getColumn(3));
      point.message = rows.getColumn(4).getString();
      point.coordinates.resize(result_.axes.size());
    }
    read_coordinates();
  }

  void read_values() {
    read_metrics();
    read_parameters();
  }

  SweepResult take() { return std::move(result_); }

 private:
  std::string property(const std::string& name) {
    SQLite::Statement row(database_, "SELECT value FROM sweep WHERE name = ?");
    row.bind(1, name);
    if (!row.executeStep()) fail(file_, "one without " + name);
    return row.getColumn(0).getString();
  }

  template <class Enum, std::size_t size>
  Enum value(const EnumNames<Enum, size>& names, const SQLite::Column& column) {
    const auto value = value_in(names, column.getString());
    if (!value) fail(file_, "'" + column.getString() + "' in it");
    return *value;
  }

  /// The element that a number from 1 on stands for.
  template <class Elements>
  auto& at(Elements& elements, const SQLite::Column& column) {
    const auto number = static_cast<std::uint64_t>(column.getInt64());
    if (number < 1 || number > elements.size())
      fail(file_, "row " + std::to_string(number) + " of nothing");
    return elements[number - 1];
  }

  void read_axes() {
    SQLite::Statement rows(database_, "SELECT name, unit, kind, scale FROM axes ORDER BY axis");
    while (rows.executeStep()) {
      result_.axes.push_back({.name = rows.getColumn(0).getString(),
                              .unit = rows.getColumn(1).getString(),
                              .kind = value(axis_kind_names, rows.getColumn(2)),
                              .logarithmic = rows.getColumn(3).getString() == "logarithmic"});
    }
  }

  void read_coordinates() {
    SQLite::Statement rows(database_, "SELECT point, axis, text, number FROM coordinates");
    while (rows.executeStep()) {
      SweepCoordinate& one =
          at(at(result_.points, rows.getColumn(0)).coordinates, rows.getColumn(1));
      one.text = rows.getColumn(2).getString();
      if (!rows.getColumn(3).isNull()) one.number = rows.getColumn(3).getDouble();
    }
  }

  static Metric::Number number(const SQLite::Column& column) {
    if (column.isFloat()) return column.getDouble();
    const std::int64_t integer = column.getInt64();
    if (integer < 0) return integer;
    return static_cast<std::uint64_t>(integer);
  }

  void read_metrics() {
    SQLite::Statement names(database_,
                            "SELECT name, unit, better, help FROM metric_names ORDER BY metric");
    while (names.executeStep()) {
      SweepMetric& metric = result_.metrics.emplace_back();
      metric.name = names.getColumn(0).getString();
      metric.unit = names.getColumn(1).getString();
      metric.better = value(better_names, names.getColumn(2));
      metric.help = names.getColumn(3).getString();
      metric.values.resize(result_.points.size());
    }
    SQLite::Statement values(database_, "SELECT metric, point, value FROM metric_values");
    while (values.executeStep())
      at(at(result_.metrics, values.getColumn(0)).values, values.getColumn(1)) =
          number(values.getColumn(2));
  }

  void read_parameters() {
    SQLite::Statement names(
        database_,
        "SELECT name, unit, default_value, value FROM parameter_names ORDER BY parameter");
    while (names.executeStep()) {
      SweepParameter& parameter = result_.parameters.emplace_back();
      parameter.name = names.getColumn(0).getString();
      parameter.unit = names.getColumn(1).getString();
      parameter.default_text = names.getColumn(2).getString();
      if (names.getColumn(3).isNull()) {
        parameter.values.resize(result_.points.size());
      } else {
        parameter.values.push_back(names.getColumn(3).getString());
      }
    }
    SQLite::Statement values(database_, "SELECT parameter, point, value FROM parameter_values");
    while (values.executeStep())
      at(at(result_.parameters, values.getColumn(0)).values, values.getColumn(1)) =
          values.getColumn(2).getString();
  }

  const std::filesystem::path file_;
  SQLite::Database database_;
  SweepResult result_;
};

SweepResult read(const std::filesystem::path& file_or_folder, bool with_values) {
  const std::filesystem::path file = sweep_database_file(file_or_folder);
  std::error_code none;
  if (!std::filesystem::is_regular_file(file, none)) fail(file, "none");
  if (file == file_or_folder && !is_sweep(file)) fail(file, "another file");
  try {
    Reader reader(file);
    reader.read_points();
    if (with_values) reader.read_values();
    return reader.take();
  } catch (const SQLite::Exception& error) {
    fail(file, std::string("a corrupt one (") + error.what() + ")");
  }
}

}  // namespace

std::string name_of(PointStatus status) {
  return name_in(status_names, status);
}

std::optional<double> SweepMetric::at(std::size_t point) const {
  return std::visit(
      [](const auto& number) -> std::optional<double> {
        if constexpr (std::is_same_v<std::decay_t<decltype(number)>, std::monostate>) {
          return std::nullopt;
        } else {
          return static_cast<double>(number);
        }
      },
      values.at(point));
}

SweepResult read_sweep_database(const std::filesystem::path& file_or_folder) {
  return read(file_or_folder, true);
}

std::filesystem::path sweep_database_file(const std::filesystem::path& file_or_folder) {
  std::error_code none;
  return std::filesystem::is_directory(file_or_folder, none) ? file_or_folder / sweep_database_name
                                                             : file_or_folder;
}

SweepResult read_sweep_points(const std::filesystem::path& file_or_folder) {
  return read(file_or_folder, false);
}

bool is_sweep(const std::filesystem::path& file_or_folder) {
  std::error_code none;
  if (std::filesystem::is_directory(file_or_folder, none))
    return std::filesystem::exists(file_or_folder / sweep_database_name, none);
  std::ifstream stream(file_or_folder, std::ios::binary);
  std::string start(sqlite_magic.size(), '\0');
  return stream.read(start.data(), static_cast<std::streamsize>(start.size())) &&
         start == sqlite_magic;
}

}  // namespace doorbell::explore

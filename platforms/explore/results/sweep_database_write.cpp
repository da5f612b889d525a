#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

#include <cerrno>
#include <cmath>

#include "doorbell/core/arch/error.h"
#include "doorbell/core/arch/new_file.h"
#include "platforms/explore/results/sweep_database.h"
#include "platforms/explore/results/sweep_schema.h"

namespace doorbell::explore {
namespace {

/// A row after the other into a table. Their order is the order on disk.
class Rows {
 public:
  Rows(SQLite::Database& database, const std::string& sql) : statement_(database, sql) {}

  template <class... Values>
  void add(const Values&... values) {
    int column = 0;
    (put(++column, values), ...);
    statement_.exec();
    statement_.reset();
    statement_.clearBindings();
  }

 private:
  void put(int column, const std::string& text) { statement_.bindNoCopy(column, text); }
  void put(int column, const char* text) { statement_.bindNoCopy(column, text); }
  void put(int column, std::size_t number) {
    statement_.bind(column, static_cast<std::int64_t>(number));
  }
  void put(int column, const std::optional<double>& number) {
    if (number) statement_.bind(column, *number);
  }
  void put(int column, const Metric::Number& number) {
    if (const auto* natural = std::get_if<std::uint64_t>(&number)) {
      // SQLite's integers have 63 bits and a sign.
      if (*natural >> 63 != 0) {
        statement_.bind(column, static_cast<double>(*natural));
      } else {
        statement_.bind(column, static_cast<std::int64_t>(*natural));
      }
    } else if (const auto* integer = std::get_if<std::int64_t>(&number)) {
      statement_.bind(column, *integer);
    } else {
      statement_.bind(column, std::get<double>(number));
    }
  }

  SQLite::Statement statement_;
};

bool is_kept(const Metric::Number& number) {
  const auto* real = std::get_if<double>(&number);
  return number.index() != 0 && (real == nullptr || std::isfinite(*real));
}

void write_points(SQLite::Database& database, const SweepResult& result) {
  Rows sweep(database, "INSERT INTO sweep VALUES (?, ?)");
  sweep.add("format", sweep_database_format);
  sweep.add("model", result.model);
  sweep.add("plan", result.plan);
  sweep.add("version", result.version);
  Rows axes(database, "INSERT INTO axes VALUES (?, ?, ?, ?, ?)");
  for (std::size_t i = 0; i < result.axes.size(); ++i) {
    const SweepAxis& axis = result.axes[i];
    axes.add(i + 1, axis.name, axis.unit, name_in(axis_kind_names, axis.kind),
             axis.logarithmic ? "logarithmic" : "linear");
  }
  Rows points(database, "INSERT INTO points VALUES (?, ?, ?, ?, ?, ?)");
  Rows coordinates(database, "INSERT INTO coordinates VALUES (?, ?, ?, ?)");
  for (std::size_t i = 0; i < result.points.size(); ++i) {
    const SweepPoint& point = result.points[i];
    points.add(i + 1, point.key, point.workload, point.workload_hash,
               name_in(status_names, point.status), point.message);
    for (std::size_t axis = 0; axis < point.coordinates.size(); ++axis) {
      const SweepCoordinate& coordinate = point.coordinates[axis];
      coordinates.add(i + 1, axis + 1, coordinate.text, coordinate.number);
    }
  }
}

void write_metrics(SQLite::Database& database, const std::vector<SweepMetric>& metrics) {
  Rows names(database, "INSERT INTO metric_names VALUES (?, ?, ?, ?, ?)");
  Rows values(database, "INSERT INTO metric_values VALUES (?, ?, ?)");
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    const SweepMetric& metric = metrics[i];
    names.add(i + 1, metric.name, metric.unit, name_in(better_names, metric.better), metric.help);
    for (std::size_t point = 0; point < metric.values.size(); ++point) {
      if (is_kept(metric.values[point])) values.add(i + 1, point + 1, metric.values[point]);
    }
  }
}

void write_parameters(SQLite::Database& database, const std::vector<SweepParameter>& parameters) {
  Rows shared(database, "INSERT INTO parameter_names VALUES (?, ?, ?, ?, ?)");
  Rows varying(database, "INSERT INTO parameter_names VALUES (?, ?, ?, ?, NULL)");
  Rows values(database, "INSERT INTO parameter_values VALUES (?, ?, ?)");
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const SweepParameter& parameter = parameters[i];
    if (!parameter.varies()) {
      shared.add(i + 1, parameter.name, parameter.unit, parameter.default_text, parameter.at(0));
      continue;
    }
    varying.add(i + 1, parameter.name, parameter.unit, parameter.default_text);
    for (std::size_t point = 0; point < parameter.values.size(); ++point)
      values.add(i + 1, point + 1, parameter.values[point]);
  }
}

void write(const std::filesystem::path& file, const SweepResult& result) {
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  // Nobody sees the file before it is whole and renamed, so it needs no journal.
  database.exec("PRAGMA page_size = 4096; PRAGMA synchronous = OFF");
  database.exec("PRAGMA journal_mode = OFF");
  SQLite::Transaction transaction(database);
  database.exec(sweep_schema);
  write_points(database, result);
  write_metrics(database, result.metrics);
  write_parameters(database, result.parameters);
  transaction.commit();
}

}  // namespace

void write_sweep_database(const std::filesystem::path& file, const SweepResult& result) {
  NewFile place(file, NewFile::Writers::several);
  try {
    write(place.written(), result);
  } catch (const SQLite::Exception& error) {
    if (error.getErrorCode() == SQLITE_FULL) place.fail(ENOSPC);
    throw InputError(file.string(), 0, "cannot be written", "a writable file", error.what());
  }
  place.keep();
}

}  // namespace doorbell::explore

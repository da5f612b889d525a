#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "platforms/explore/results/sweep_database.h"

namespace doorbell::explore {

/// The tables of a sweep's database (docs/sweep.md). Names are interned, and a parameter's value
/// that all points share stands with its name; the views `metrics` and `parameters` hide both.
inline constexpr const char* sweep_schema = R"sql(
CREATE TABLE sweep (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE points (
  point INTEGER PRIMARY KEY, key TEXT NOT NULL, workload TEXT NOT NULL, workload_hash TEXT NOT NULL,
  status TEXT NOT NULL, message TEXT NOT NULL);
CREATE TABLE axes (
  axis INTEGER PRIMARY KEY, name TEXT NOT NULL, unit TEXT NOT NULL, kind TEXT NOT NULL, scale TEXT NOT NULL);
CREATE TABLE coordinates (
  point INTEGER, axis INTEGER, text TEXT NOT NULL, number REAL, PRIMARY KEY (point, axis)) WITHOUT ROWID;
CREATE TABLE metric_names (
  metric INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, unit TEXT NOT NULL, better TEXT NOT NULL, help TEXT NOT NULL);
CREATE TABLE metric_values (metric INTEGER, point INTEGER, value, PRIMARY KEY (metric, point)) WITHOUT ROWID;
CREATE TABLE parameter_names (
  parameter INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, unit TEXT NOT NULL, default_value TEXT NOT NULL, value TEXT);
CREATE TABLE parameter_values (
  parameter INTEGER, point INTEGER, value TEXT NOT NULL, PRIMARY KEY (parameter, point)) WITHOUT ROWID;
CREATE VIEW metrics AS
  SELECT point, name, value, unit FROM metric_values JOIN metric_names USING (metric);
CREATE VIEW parameters AS
  SELECT points.point AS point, n.name AS name, coalesce(v.value, n.value) AS value, n.unit AS unit
  FROM points CROSS JOIN parameter_names AS n
  LEFT JOIN parameter_values AS v ON v.parameter = n.parameter AND v.point = points.point;
)sql";

inline constexpr const char* sweep_database_format = "1";

/// The values of an enumeration, by their names in the database.
template <class Enum, std::size_t size>
using EnumNames = std::array<std::pair<Enum, std::string_view>, size>;

inline constexpr EnumNames<PointStatus, 3> status_names{{{PointStatus::done, "done"},
                                                         {PointStatus::failed, "failed"},
                                                         {PointStatus::missing, "missing"}}};
inline constexpr EnumNames<SweepAxis::Kind, 4> axis_kind_names{
    {{SweepAxis::Kind::parameter, "parameter"},
     {SweepAxis::Kind::variant, "variant"},
     {SweepAxis::Kind::workload, "workload"},
     {SweepAxis::Kind::repeat, "repeat"}}};
inline constexpr EnumNames<Better, 3> better_names{
    {{Better::lower, "lower"}, {Better::higher, "higher"}, {Better::neither, "neither"}}};

template <class Enum, std::size_t size>
std::string name_in(const EnumNames<Enum, size>& names, Enum value) {
  for (const auto& [one, name] : names) {
    if (one == value) return std::string(name);
  }
  return "";
}

/// Nothing when no value has this name.
template <class Enum, std::size_t size>
std::optional<Enum> value_in(const EnumNames<Enum, size>& names, std::string_view name) {
  for (const auto& [value, one] : names) {
    if (one == name) return value;
  }
  return std::nullopt;
}

}  // namespace doorbell::explore

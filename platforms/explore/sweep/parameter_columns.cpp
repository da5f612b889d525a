#include "platforms/explore/sweep/parameter_columns.h"

#include <utility>

namespace doorbell::sweep {

void ParameterColumns::add_point(const ParameterTree& tree) {
  for (const Parameter* parameter : tree.all()) {
    if (parameter->info().host_only) continue;
    Column& column = columns_[parameter->path()];
    if (column.parameter.name.empty()) {
      column.parameter.name = parameter->path();
      column.parameter.unit = parameter->info().unit;
      column.parameter.default_text = parameter->default_text();
    }
    add(column, points_, parameter->text());
  }
  ++points_;
}

void ParameterColumns::add(Column& column, std::size_t point, const std::string& value) {
  std::vector<std::string>& values = column.parameter.values;
  if (column.points < point) {
    // Points before this one have no such parameter.
    if (values.size() == 1) values.resize(column.points, std::string(values.front()));
    values.resize(point);
    values.push_back(value);
  } else if (values.empty() || (values.size() == 1 && values.front() == value)) {
    if (values.empty()) values.push_back(value);
  } else {
    if (values.size() == 1) values.resize(point, std::string(values.front()));
    values.push_back(value);
  }
  column.points = point + 1;
}

std::vector<explore::SweepParameter> ParameterColumns::take() {
  std::vector<explore::SweepParameter> parameters;
  for (auto& [name, column] : columns_) {
    std::vector<std::string>& values = column.parameter.values;
    if (column.points < points_) {
      if (values.size() == 1) values.resize(column.points, std::string(values.front()));
      values.resize(points_);
    }
    parameters.push_back(std::move(column.parameter));
  }
  return parameters;
}

}  // namespace doorbell::sweep

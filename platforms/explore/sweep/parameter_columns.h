#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "doorbell/core/arch/parameters.h"
#include "platforms/explore/results/sweep_database.h"

namespace doorbell::sweep {

/// Gathers the parameters of all points by name. A value that all points share is kept once, so
/// that memory grows with what varies and not with the platform.
class ParameterColumns {
 public:
  /// The next point's parameters; host-only ones are left out.
  void add_point(const ParameterTree& tree);
  std::vector<explore::SweepParameter> take();

 private:
  struct Column {
    explore::SweepParameter parameter;
    std::size_t points = 0;  ///< That had it so far, or for which it stands as absent.
  };
  static void add(Column& column, std::size_t point, const std::string& value);

  std::map<std::string, Column> columns_;
  std::size_t points_ = 0;
};

}  // namespace doorbell::sweep

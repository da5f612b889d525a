#pragma once

#include <memory>
#include <vector>

#include "traces/make/generator.h"
#include "traces/make/pattern.h"
#include "traces/make/space.h"
#include "traces/make/turns.h"

namespace doorbell::workload {

/// Functions that signal their vectors and do nothing more. In a closed loop a vector is signalled
/// again when its handler has told the function so.
class MsiOnly : public Generator {
 public:
  explicit MsiOnly(const Parameters& parameters);

 private:
  struct Function {
    Space space;
    PatternOf pattern;
    std::uint32_t first_cpu = 0;
    std::uint64_t left = 0;       ///< messages
    std::vector<Number> handled;  ///< by vector: the record of its last handler
  };

  void more() override;
  void add_function(std::uint32_t number, std::uint64_t seed);
  void handle(Function& function, std::uint32_t vector, Number signalled);

  const MsiParameters& msi_;
  Frames frames_;
  std::vector<std::unique_ptr<Function>> functions_;
  std::unique_ptr<Turns> turns_;
};

}  // namespace doorbell::workload

#pragma once

#include <stdexcept>
#include <string>

namespace doorbell {

/// A mistake of the host's side: a file, an option, a key. The `doorbell` command prints it as one
/// line and ends with status 2. A guest's mistake is never an exception.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;

  /// "file:line: what: expected E, found F". `line` 0 leaves the line out.
  InputError(const std::string& file, unsigned line, const std::string& what,
             const std::string& expected, const std::string& found)
      : std::runtime_error(file + (line != 0 ? ":" + std::to_string(line) : std::string{}) + ": " +
                           what + ": expected " + expected + ", found " + found) {}
};

}  // namespace doorbell

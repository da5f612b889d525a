#pragma once

#include <exception>
#include <string>

namespace doorbell {

/// With what a command that can't go on ends.
struct LastWords {
  /// For standard error: one line, and behind it those of a SoftwareError's details.
  std::string text;
  int status = 0;  ///< Of exit_status.h
};

/// What to say of an exception, whatever its kind: the one place where the program's last line is
/// made. `output_failed`: whether standard output couldn't be written, which is then the reason of
/// a std::system_error.
LastWords last_words(const std::exception_ptr& exception, bool output_failed);

}  // namespace doorbell

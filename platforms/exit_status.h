#pragma once

namespace doorbell {

/// Statuses with which the doorbell command ends, besides 0 and, where a page of docs/ says what
/// for, 1.
namespace exit_status {

inline constexpr int input_error = 2;      ///< Bad input; one line on standard error says what.
inline constexpr int internal_error = 70;  ///< EX_SOFTWARE of sysexits.h: a mistake of Doorbell's.
inline constexpr int interrupted = 130;    ///< Ctrl-C or SIGTERM, as a shell has it: 128 + SIGINT.

}  // namespace exit_status
}  // namespace doorbell

#pragma once

namespace doorbell {

/// Statuses with which the doorbell command ends, besides 0; docs/ci.md has them all for users.
namespace exit_status {

inline constexpr int difference = 1;   ///< Compared: outside its tolerance; a sweep: points failed.
inline constexpr int input_error = 2;  ///< Bad input; one line on standard error says what.
inline constexpr int software_failed = 3;  ///< What ran on the platform failed, or stands still.
inline constexpr int internal_error = 70;  ///< EX_SOFTWARE of sysexits.h: a mistake of Doorbell's.
inline constexpr int interrupted = 130;    ///< Ctrl-C or SIGTERM, as a shell has it: 128 + SIGINT.

}  // namespace exit_status
}  // namespace doorbell

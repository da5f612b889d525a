#pragma once

#include <string>

namespace doorbell::debugger {

/// Error replies: two hexadecimal digits, by custom those of errno.
inline const std::string ok = "OK";
inline const std::string bad_address = "E0e";   ///< EFAULT
inline const std::string busy = "E10";          ///< EBUSY
inline const std::string bad_argument = "E16";  ///< EINVAL
inline const std::string too_long = "E5a";      ///< EMSGSIZE

}  // namespace doorbell::debugger

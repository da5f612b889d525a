#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "platforms/explore/sweep/outcome.h"

namespace doorbell::sweep {

/// Runs the point whose folder this is, as a process of its own, and records its outcome. The
/// folder, made by `prepare_point`, says all that is needed, its time limit included. A point that
/// has an outcome already is left as it is.
///
/// The process works in a folder attempt-XXXXXX of its own inside, and its results are renamed into
/// place when they are whole. When an outcome is recorded, what interrupted attempts left is
/// removed; of attempts that overlap the first one's outcome counts. The process can't outlive the
/// caller. While it runs `stop` is asked ten times a second: when it says so the process is killed,
/// nothing is recorded, and nothing is returned.
///
/// InputError when the folder can't be read or written, or the workload has changed. A full disk is
/// one, and never an outcome.
std::optional<Outcome> run_point(const std::filesystem::path& folder,
                                 const std::function<bool()>& stop);

/// Removes what attempts that were killed left in the folder of a point, once it has an outcome.
void clear_attempts(const std::filesystem::path& folder);

}  // namespace doorbell::sweep

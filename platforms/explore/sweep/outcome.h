#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "platforms/explore/results/sweep_database.h"

namespace doorbell::sweep {

using explore::PointStatus;

/// What became of a point. It holds nothing that another engine, machine or day would change.
struct Outcome {
  PointStatus status = PointStatus::done;  ///< `done` or `failed`.
  std::string message;                     ///< Of a failure, in one line; empty otherwise.
};

/// Of the point in this folder; nothing when it hasn't run to its end. A file that can't be
/// understood counts as none.
std::optional<Outcome> read_outcome(const std::filesystem::path& folder);

/// Writes it under a name of its own and renames it: that a point has ended is one atomic fact.
/// The results must be in place already. InputError when it can't be written.
void record_outcome(const std::filesystem::path& folder, const Outcome& outcome);

/// As if it had never run.
void forget_outcome(const std::filesystem::path& folder);

}  // namespace doorbell::sweep

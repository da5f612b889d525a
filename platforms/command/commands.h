#pragma once

#include "platforms/command/options.h"

namespace doorbell {

// What the `doorbell` command does: each returns its exit status. A mistake in an input is an
// InputError.

/// Replays a workload on a platform, prints the summary, and writes the files that were asked for.
/// 130 when it was ended by Ctrl-C.
int run(const RunOptions& options);
/// Makes a trace from a recording and says what was in it.
int import_recording(const ImportOptions& options);
/// Prints every parameter of the platform with its default as a YAML description.
int print_parameters();

}  // namespace doorbell

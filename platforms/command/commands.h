#pragma once

#include "platforms/command/options.h"

namespace doorbell {

// What the `doorbell` command does. A mistake in an input is an InputError.

/// Replays a workload on a platform, prints the summary, and writes the files that were asked for.
void run(const RunOptions& options);
/// Makes a trace from a recording and says what was in it.
void import_recording(const ImportOptions& options);
/// Prints every parameter of the platform with its default as a YAML description.
void print_parameters();

}  // namespace doorbell

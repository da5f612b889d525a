#pragma once

#include "platforms/command/params_options.h"
#include "platforms/command/run_options.h"
#include "platforms/command/schema_options.h"
#include "platforms/command/trace_options.h"

namespace doorbell {

// What the `doorbell` command does: each returns its exit status. A mistake in an input is an
// InputError.

/// Replays a workload on a platform, prints the summary, and writes the files that were asked for.
/// 130 when it was ended by Ctrl-C.
int run(const RunOptions& options);
/// Makes a trace from a recording and says what was in it.
int import_recording(const ImportOptions& options);
/// Prints the platform's parameters.
int print_parameters(const ParamsOptions& options);
/// Prints a JSON Schema of platform descriptions.
int print_schema(const SchemaOptions& options);

}  // namespace doorbell

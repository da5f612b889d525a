#pragma once

#include "platforms/command/compare_options.h"
#include "platforms/command/explain_options.h"
#include "platforms/command/params_options.h"
#include "platforms/command/platform_options.h"
#include "platforms/command/point_options.h"
#include "platforms/command/report_options.h"
#include "platforms/command/run_options.h"
#include "platforms/command/schema_options.h"
#include "platforms/command/sweep_options.h"
#include "platforms/command/trace_options.h"

namespace doorbell {

// What the `doorbell` command does: each returns its exit status. A mistake in an input is an
// InputError.

/// Replays a workload on a platform, prints the summary, and writes the files that were asked for.
/// 130 when it was ended by Ctrl-C.
int run(const RunOptions& options);
/// Makes a trace from a recording and says what was in it.
int import_recording(const ImportOptions& options);
/// Makes a trace from the description of a workload.
int make_trace(const MakeOptions& options);
/// Prints why the slowest MSIs of a run were slow: what the run itself printed.
int explain(const ExplainOptions& options);
/// Prints what moved between two runs or sweeps. 1 when something is outside its tolerance.
int compare(const CompareOptions& options);
/// Prints the platform's parameters.
int print_parameters(const ParamsOptions& options);
/// Draws the platform's blocks, their sockets and what is bound to what.
int draw_platform(const PlatformOptions& options);
/// Prints a JSON Schema of platform descriptions.
int print_schema(const SchemaOptions& options);

/// Runs one point of a sweep, whose folder is prepared. 130 when it was ended before it had an
/// outcome.
int run_one_point(const PointOptions& options);
/// Runs the points of a plan that haven't run yet, and writes the database of all; or shows what is
/// in a sweep's folder. 1 when a point failed, 130 when it was ended by Ctrl-C.
int sweep_plan(const SweepOptions& options);

/// Writes a run or a sweep as a page for a browser.
int report(const ReportOptions& options);

}  // namespace doorbell

#pragma once

#include <string>
#include <vector>

#include "traces/format/workload.h"
#include "traces/make/parameters.h"

namespace doorbell::workload {

/// The parameters of a workload as they are named beside those of a platform: "workload.seed".
struct NamedParameters {
  Parameters workload;

  void describe(ParameterGroup& group) {
    group.group("workload", workload, "A workload without a recording");
  }
};

/// Whether a path names a description (".yaml" or ".yml"); anything else is a trace.
bool is_description(const std::string& path);
/// Whether an assignment to a parameter, as given to `--set`, is one to a workload's.
bool is_of_workload(const std::string& assignment);

/// Reads a description over the defaults. InputError, with file, line and key, for what is wrong
/// with it.
Parameters read_description(const std::string& path);

/// The workload that a path names, with settings laid over its description. InputError where there
/// are settings for a trace, or values that don't fit each other.
trace::Workload open(const std::string& path, const std::vector<std::string>& settings = {});
/// The workload of a description that was read, by the name that errors call it.
trace::Workload made(const std::string& name, const Parameters& parameters);

}  // namespace doorbell::workload

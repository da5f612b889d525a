#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "doorbell/core/arch/parameters.h"
#include "doorbell/core/arch/run_report.h"

namespace doorbell {

/// What a model says of itself in its statistics file. Everything has a default.
struct ModelReport {
  /// Its own name, as reports show it.
  std::string model = "a model on the library";
  /// What it did. Comparisons are of equal workloads alone.
  std::string workload = "none by name";
  /// The parameters in force; none are listed without.
  const ParameterTree* parameters = nullptr;
  /// DMA transactions and their bytes, which only the model's own devices count.
  std::uint64_t transactions = 0;
  std::uint64_t bytes = 0;
  /// What was refused or went wrong.
  RunFaults faults;
  /// What became of its MSIs, where it counts that itself; else what their Journeys say.
  std::optional<Conservation> conservation;
  /// The run ended before its work did.
  bool partial = false;
};

/// The measured region begins now: statistics, stages and Journeys start afresh. Without it the
/// region is the whole simulation.
void begin_measuring();

/// From now on every MSI keeps the spans of its way, and `write_statistics` explains the `count`
/// slowest. Once, before the MSIs it is to explain. It takes the host time and no memory that
/// grows.
void explain_slowest(std::size_t count);

/// Ends the measured region now and writes the statistics file of this simulation, whatever blocks
/// and stages it has (docs/statistics.md): what `doorbell report`, `compare` and `explain` read.
/// Gzipped when `path` ends in ".gz"; written beside its place and renamed. Its bytes are the same
/// for the same run. InputError when it can't be written.
void write_statistics(const std::string& path, const ModelReport& report = {});

}  // namespace doorbell

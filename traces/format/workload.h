#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "traces/format/source.h"

namespace doorbell::trace {

/// A workload that can be opened as often as it is needed.
class Workload {
 public:
  using Opener = std::function<std::unique_ptr<Source>()>;

  /// A trace in a file.
  Workload(std::string path);  // NOLINT(google-explicit-constructor): wherever a trace is named
  /// Anything else; `name` is what errors call it.
  Workload(std::string name, Opener open);

  const std::string& name() const { return name_; }
  /// Throws InputError when it can't be read, as reading on does.
  std::unique_ptr<Source> open() const;

  /// `content_hash` of the trace that it is, or that would be written of it. The text of a file of
  /// at most 16 MiB is kept, so that it need not be unpacked for each source.
  std::uint64_t content_hash();

 private:
  std::string name_;
  Opener open_;                              ///< None: a file.
  std::shared_ptr<const std::string> text_;  ///< Of a file that was read.
};

/// The hash of a workload: `content_hash` of the trace that it is, or that would be written of it.
std::uint64_t content_hash(Source& source);

}  // namespace doorbell::trace

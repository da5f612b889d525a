#include "tests/smmu/block/recording.h"

#include <optional>

#include "tests/traces/register_recording.h"

namespace doorbell::smmu::test {
namespace {

using Kind = RecordedStep::Kind;

std::optional<Kind> kind_of(const doorbell::test::RecordedRow& row) {
  if (row.kind == "reg") return row.op == "read" ? Kind::read : Kind::write;
  if (row.kind == "command") return Kind::command;
  if (row.kind == "fetch") return row.op == "ste" ? Kind::ste : Kind::cd;
  return std::nullopt;
}

}  // namespace

std::vector<RecordedStep> read_recording(const std::string& path) {
  std::vector<RecordedStep> steps;
  for (doorbell::test::RecordedRow& row : doorbell::test::read_recording(path)) {
    if (const auto what = kind_of(row)) {
      steps.push_back({*what, row.offset(), row.size, std::move(row.words)});
    }
  }
  return steps;
}

}  // namespace doorbell::smmu::test

#include "traces/format/workload.h"

#include <utility>

#include "traces/format/content_hash.h"
#include "traces/format/reader.h"
#include "traces/format/text.h"

namespace doorbell::trace {

Workload::Workload(std::string path)
    : name_(std::move(path)), open_([name = name_] { return std::make_unique<Reader>(name); }) {}

Workload::Workload(std::string name, Opener open)
    : name_(std::move(name)), open_(std::move(open)) {}

std::uint64_t content_hash(Source& source) {
  ContentHash hash;
  hash.add(text_of(source.header()));
  Record record;
  std::string line;
  while (source.next(record)) {
    line.clear();
    append_text(line, record);
    hash.add(line);
  }
  hash.add(closing_text(source.records()));
  return hash.value();
}

}  // namespace doorbell::trace

#include "traces/format/workload.h"

#include <utility>

#include "traces/format/content_hash.h"
#include "traces/format/reader.h"
#include "traces/format/text.h"

namespace doorbell::trace {

namespace {

constexpr std::size_t most_text_kept = std::size_t{16} << 20;

}  // namespace

Workload::Workload(std::string path) : name_(std::move(path)) {}

Workload::Workload(std::string name, Opener open)
    : name_(std::move(name)), open_(std::move(open)) {}

std::unique_ptr<Source> Workload::open() const {
  if (open_) return open_();
  return text_ ? std::make_unique<Reader>(name_, text_) : std::make_unique<Reader>(name_);
}

std::uint64_t Workload::content_hash() {
  if (open_) return trace::content_hash(*open_());
  HashedText read = read_hashed(name_, most_text_kept);
  text_ = std::move(read.text);
  return read.hash;
}

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

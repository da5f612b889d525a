#include "traces/format/writer.h"

#include <cassert>
#include <utility>

#include "traces/format/text.h"

namespace doorbell::trace {

Writer::Writer(std::string path, const Header& header) : file_(std::move(path)) {
  file_.write(text_of(header));
}

void Writer::write(const Record& record) {
  ++records_;
  assert(record.number == records_);
  line_.clear();
  append_text(line_, record);
  file_.write(line_);
}

void Writer::finish() {
  file_.write(closing_text(records_));
  file_.close();
}

}  // namespace doorbell::trace

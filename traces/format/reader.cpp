#include "traces/format/reader.h"

#include "doorbell/core/arch/time.h"
#include "traces/format/fields.h"
#include "traces/format/names.h"
#include "traces/format/operations.h"

namespace doorbell::trace {
namespace {

std::uint64_t number_or_fail(const LineReader& lines, const char* what, std::string_view text) {
  const auto value = parse_number(text);
  if (!value) lines.fail(what, "a whole number", text);
  return *value;
}

constexpr const char* header_words = "cpus, source, made, from, stream or begin";

}  // namespace

Reader::Reader(std::string path) : lines_(std::move(path)) {
  read_header();
}

Reader::Reader(std::string path, std::shared_ptr<const std::string> text)
    : lines_(std::move(path), std::move(text)) {
  read_header();
}

std::string_view Reader::line(const char* expected) {
  std::string_view text;
  while (lines_.next(text)) {
    if (!text.empty() && text.front() != '#') return text;
  }
  lines_.fail("the trace ends early", expected, "the end of the file");
}

void Reader::read_header() {
  const auto first = line("\"doorbell-trace 1\"");
  if (!first.starts_with("doorbell-trace ")) {
    lines_.fail("not a trace", "\"doorbell-trace 1\"", first);
  }
  if (first != "doorbell-trace 1") {
    lines_.fail("a trace of another version", "\"doorbell-trace 1\"", first);
  }
  while (read_header_line(line(header_words))) {
  }
}

/// False when it was the last one.
bool Reader::read_header_line(std::string_view text) {
  if (text.starts_with("from ")) {
    read_parameter(text);
    return true;
  }
  Fields fields(lines_, text);
  const auto word = fields.word(header_words);
  if (word == "cpus") {
    read_cpus(fields);
  } else if (word == "source") {
    header_.source = fields.word("a file name");
    header_.source_hash = fields.required("hash");
  } else if (word == "made") {
    read_conduct(fields);
  } else if (word == "stream") {
    read_stream(fields);
  } else if (word != "begin") {
    lines_.fail("unknown header line", header_words, word);
  }
  fields.finish();
  return word != "begin";
}

void Reader::read_cpus(Fields& fields) {
  const auto count = fields.word("a number of processors");
  const auto cpus = number_or_fail(lines_, "cpus", count);
  if (cpus == 0 || cpus > 65536) lines_.fail("cpus is out of range", "1 to 65536", count);
  header_.cpus = static_cast<std::uint32_t>(cpus);
}

void Reader::read_conduct(Fields& fields) {
  auto& conduct = header_.conduct.emplace();
  const auto pacing_name = fields.text("pacing").value_or("");
  const auto pacing_value = pacing(pacing_name);
  if (!pacing_value) lines_.fail("pacing", "dependencies or times", pacing_name);
  conduct.pacing = *pacing_value;
  const auto order_name = fields.text("invalidations").value_or("");
  const auto order = invalidations(order_name);
  if (!order) lines_.fail("invalidations", "trace or processor", order_name);
  conduct.invalidations = *order;
  conduct.window = static_cast<std::uint32_t>(fields.required("window", most_window));
  conduct.set_up = fields.required("set_up");
}

void Reader::read_parameter(std::string_view text) {
  text.remove_prefix(std::string_view("from ").size());
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos) {
    lines_.fail("from", "PARAMETER=VALUE", text);
  }
  header_.made_from.emplace_back(text.substr(0, equals), text.substr(equals + 1));
}

void Reader::read_stream(Fields& fields) {
  StreamInfo info;
  const auto text = fields.word("a StreamID");
  const auto stream = number_or_fail(lines_, "StreamID", text);
  if (stream > 0xffffffff) lines_.fail("StreamID is out of range", "at most 32 bits", text);
  info.stream = static_cast<Stream>(stream);
  info.device = fields.required32("device");
  info.asid = static_cast<std::uint32_t>(fields.required("asid", 0xffff));
  info.events = fields.required32("events");
  info.bypass = fields.flag("bypass");
  if (!streams_.insert(info.stream).second) {
    lines_.fail("a stream stands twice", "each stream once", text);
  }
  header_.streams.push_back(info);
}

bool Reader::next(Record& record) {
  if (ended_) return false;
  const auto text = line("a record or the line \"end COUNT\"");
  Fields fields(lines_, text);
  const auto time = fields.word("a time or end");
  if (time == "end") {
    read_end(fields);
    return false;
  }
  record.number = ++records_;
  record.time = read_time(time);
  bool device_side = false;
  read_actor(fields, record, device_side);
  record.operation = parse_operation(fields);
  if (device_side != is_device_side(record.operation)) {
    lines_.fail("the operation is the other side's",
                device_side ? "read, write or msi after dev"
                            : "map, unmap, submit, handle, smmu or its after cpu or irq",
                text);
  }
  check_stream(record.operation);
  read_dependencies(fields, record);
  fields.finish();
  return true;
}

void Reader::read_end(Fields& fields) {
  const auto text = fields.word("the number of records");
  fields.finish();
  if (number_or_fail(lines_, "the number of records", text) != records_) {
    lines_.fail("records are missing", std::to_string(records_) + " records before this line",
                text);
  }
  std::string_view more;
  while (lines_.next(more)) {
    if (!more.empty() && more.front() != '#') {
      lines_.fail("something follows the closing line", "the end of the file", more);
    }
  }
  ended_ = true;
}

/// Microseconds, whole or with up to six places behind the point.
std::uint64_t Reader::read_time(std::string_view text) const {
  constexpr std::size_t most_places = 6;
  const auto point = text.find('.');
  const auto whole = number_or_fail(lines_, "time", text.substr(0, point));
  if (whole >= never / microsecond) {
    lines_.fail("time is out of range", "less than 2^64 ps", text);
  }
  if (point == std::string_view::npos) return whole * microsecond;
  std::string places(text.substr(point + 1));
  if (places.empty() || places.size() > most_places ||
      places.find_first_not_of("0123456789") != std::string::npos) {
    lines_.fail("time", "one to six places behind the point", text);
  }
  places.resize(most_places, '0');
  return whole * microsecond + *parse_number(places);
}

void Reader::read_actor(Fields& fields, Record& record, bool& device_side) {
  const auto actor = fields.word("dev, or cpu0 or irq0 and so on");
  device_side = actor == "dev";
  record.cpu = 0;
  record.in_handler = actor.starts_with("irq");
  if (device_side) return;
  const bool is_processor = actor.starts_with("cpu") || record.in_handler;
  const auto cpu = is_processor ? parse_number(actor.substr(3)) : std::nullopt;
  if (!cpu) lines_.fail("unknown actor", "dev, or cpu0 or irq0 and so on", actor);
  if (*cpu >= header_.cpus) {
    lines_.fail("the processor is out of range", "cpu0 to cpu" + std::to_string(header_.cpus - 1),
                actor);
  }
  record.cpu = static_cast<std::uint32_t>(*cpu);
}

void Reader::read_dependencies(Fields& fields, Record& record) {
  record.after.clear();
  const auto list = fields.text("after");
  if (!list) return;
  std::string_view rest = *list;
  const auto number = [&](std::string_view text) {
    const auto back = parse_number(text);
    if (!back || *back == 0 || *back >= record.number) {
      lines_.fail("a dependency is out of range",
                  "how many records back, 1 to " + std::to_string(record.number - 1), text);
    }
    return record.number - *back;
  };
  for (;;) {
    const auto comma = rest.find(',');
    const auto item = rest.substr(0, comma);
    const auto dash = item.find('-');
    const auto first = number(item.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number(item.substr(dash + 1));
    if (last < first) lines_.fail("a dependency is the wrong way round", "FARTHEST-NEAREST", item);
    record.after.push_back({first, last});
    if (comma == std::string_view::npos) return;
    rest.remove_prefix(comma + 1);
  }
}

void Reader::check_stream(const Operation& operation) const {
  const auto stream = stream_of(operation);
  if (stream && !streams_.contains(*stream)) {
    lines_.fail("the stream is out of range", "a stream of the header", std::to_string(*stream));
  }
}

}  // namespace doorbell::trace

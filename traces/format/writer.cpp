#include "traces/format/writer.h"

#include <fmt/format.h>

#include <cassert>
#include <iterator>

#include "traces/format/names.h"

namespace doorbell::trace {
namespace {

/// Appends the fields of an operation to a line.
class Formatter {
 public:
  explicit Formatter(std::string& line) : line_(line) {}

  void operator()(const Map& map) {
    line_ += " map";
    pages(map);
    if (map.frame) {
      field("frame", *map.frame);
    } else {
      line_ += " doorbell";
    }
  }
  void operator()(const Unmap& unmap) {
    line_ += " unmap";
    pages(unmap);
  }
  void operator()(const Submit& submit) {
    line_ += " submit";
    queue(submit);
  }
  void operator()(const Handle& handle) {
    line_ += " handle";
    queue(handle);
    if (handle.closes != 0) field("closes", handle.closes);
  }
  void operator()(const SmmuCommand& command) {
    line_ += " smmu ";
    line_ += name_of(command.opcode);
    if (command.stream) hexadecimal("stream", *command.stream);
    optional("asid", command.asid);
    if (command.iova) {
      hexadecimal("iova", *command.iova);
      field("pages", command.pages);
      field("leaf", command.leaf ? 1 : 0);
    }
  }
  void operator()(const ItsCommand& command) {
    line_ += " its ";
    line_ += name_of(command.opcode);
    optional("device", command.device);
    optional("event", command.event);
    optional("collection", command.collection);
    optional("lpi", command.lpi);
    optional("bits", command.bits);
    optional("target", command.target);
    optional("to_target", command.to_target);
    if (command.valid) field("valid", *command.valid ? 1 : 0);
  }
  void operator()(const Access& access) {
    line_ += access.is_write ? " write" : " read";
    hexadecimal("stream", access.stream);
    hexadecimal("iova", access.iova);
    field("bytes", access.bytes);
    line_ += " kind=";
    line_ += name_of(access.kind);
    optional("queue", access.queue);
    if (!access.opcode.empty()) {
      line_ += " opcode=";
      line_ += access.opcode;
    }
  }
  void operator()(const Msi& msi) {
    line_ += " msi";
    hexadecimal("stream", msi.stream);
    hexadecimal("iova", msi.iova);
    field("event", msi.event);
    if (msi.lost) line_ += " lost";
  }

 private:
  template <typename Number>
  void field(std::string_view key, Number value) {
    fmt::format_to(std::back_inserter(line_), " {}={}", key, value);
  }
  template <typename Number>
  void hexadecimal(std::string_view key, Number value) {
    fmt::format_to(std::back_inserter(line_), " {}={:#x}", key, value);
  }
  void optional(std::string_view key, const std::optional<std::uint32_t>& value) {
    if (value) field(key, *value);
  }
  template <typename Mapping>
  void pages(const Mapping& mapping) {
    hexadecimal("stream", mapping.stream);
    hexadecimal("iova", mapping.iova);
    field("pages", mapping.pages);
  }
  template <typename Doorbell>
  void queue(const Doorbell& doorbell) {
    if (doorbell.stream) hexadecimal("stream", *doorbell.stream);
    field("queue", doorbell.queue);
    field("value", doorbell.value);
  }

  std::string& line_;
};

void append_dependencies(std::string& line, const Record& record) {
  const char* separator = " after=";
  for (const auto& dependency : record.after) {
    assert(dependency.first >= 1 && dependency.first <= dependency.last &&
           dependency.last < record.number);
    line += separator;
    separator = ",";
    fmt::format_to(std::back_inserter(line), "{}", record.number - dependency.first);
    if (dependency.last != dependency.first) {
      fmt::format_to(std::back_inserter(line), "-{}", record.number - dependency.last);
    }
  }
}

}  // namespace

Writer::Writer(std::string path, const Header& header) : file_(std::move(path)) {
  line_ = fmt::format("doorbell-trace 1\ncpus {}\n", header.cpus);
  if (!header.source.empty()) {
    line_ += fmt::format("source {} hash={:#018x}\n", header.source, header.source_hash);
  }
  for (const auto& info : header.streams) {
    line_ += fmt::format("stream {:#x} device={} asid={} events={}\n", info.stream, info.device,
                         info.asid, info.events);
  }
  line_ += "begin\n";
  file_.write(line_);
}

void Writer::write(const Record& record) {
  ++records_;
  assert(record.number == records_);
  line_.clear();
  fmt::format_to(std::back_inserter(line_), "{} ", record.time_us);
  if (is_device_side(record.operation)) {
    line_ += "dev";
  } else {
    fmt::format_to(std::back_inserter(line_), "cpu{}", record.cpu);
  }
  std::visit(Formatter(line_), record.operation);
  append_dependencies(line_, record);
  line_ += '\n';
  file_.write(line_);
}

void Writer::finish() {
  file_.write(fmt::format("end {}\n", records_));
  file_.close();
}

}  // namespace doorbell::trace

#include "traces/format/text.h"

#include <fmt/format.h>

#include <cassert>
#include <charconv>
#include <iterator>

#include "traces/format/names.h"

namespace doorbell::trace {
namespace {

/// A workload of some size has millions of numbers, so each is appended without a format to parse.
template <typename Number>
void append(std::string& line, Number value) {
  const fmt::format_int digits(value);
  line.append(digits.data(), digits.size());
}

template <typename Number>
void append_hexadecimal(std::string& line, Number value) {
  char digits[2 * sizeof value];
  char* const end = std::to_chars(std::begin(digits), std::end(digits), value, 16).ptr;
  line += "0x";
  line.append(std::begin(digits), end);
}

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
    if (map.block) line_ += " block";
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
      if (command.block) line_ += " block";
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
    name(key);
    append(line_, value);
  }
  template <typename Number>
  void hexadecimal(std::string_view key, Number value) {
    name(key);
    append_hexadecimal(line_, value);
  }
  void name(std::string_view key) {
    line_ += ' ';
    line_ += key;
    line_ += '=';
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
    append(line, record.number - dependency.first);
    if (dependency.last != dependency.first) {
      line += '-';
      append(line, record.number - dependency.last);
    }
  }
}

/// Microseconds, with as many places behind the point as it takes.
void append_time(std::string& line, std::uint64_t time) {
  constexpr std::uint64_t microsecond = 1'000'000;
  append(line, time / microsecond);
  const std::uint64_t rest = time % microsecond;
  if (rest == 0) return;
  const fmt::format_int digits(microsecond + rest);  // a one and six places
  line += '.';
  line.append(digits.data() + 1, digits.size() - 1);
  line.erase(line.find_last_not_of('0') + 1);
}

std::string text_of(const Conduct& conduct) {
  return fmt::format("made pacing={} invalidations={} window={} set_up={}\n",
                     name_of(conduct.pacing), name_of(conduct.invalidations), conduct.window,
                     conduct.set_up);
}

}  // namespace

std::string text_of(const Header& header) {
  std::string text = fmt::format("doorbell-trace 1\ncpus {}\n", header.cpus);
  if (!header.source.empty()) {
    text += fmt::format("source {} hash={:#018x}\n", header.source, header.source_hash);
  }
  if (header.conduct) text += text_of(*header.conduct);
  for (const auto& [path, value] : header.made_from)
    text += fmt::format("from {}={}\n", path, value);
  for (const auto& info : header.streams) {
    text += fmt::format("stream {:#x} device={} asid={} events={}{}\n", info.stream, info.device,
                        info.asid, info.events, info.bypass ? " bypass" : "");
  }
  return text + "begin\n";
}

void append_text(std::string& text, const Record& record) {
  append_time(text, record.time);
  if (is_device_side(record.operation)) {
    text += " dev";
  } else {
    text += record.in_handler ? " irq" : " cpu";
    append(text, record.cpu);
  }
  std::visit(Formatter(text), record.operation);
  append_dependencies(text, record);
  text += '\n';
}

std::string closing_text(std::uint64_t records) {
  return fmt::format("end {}\n", records);
}

}  // namespace doorbell::trace

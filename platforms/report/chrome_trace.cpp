#include "platforms/report/chrome_trace.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

namespace doorbell {
namespace {

using Json = nlohmann::ordered_json;

/// Where all events of one MSI are.
struct Track {
  std::uint64_t id;
  std::uint32_t process;
};

/// The event without its time, which JSON's numbers would round.
std::string event_text(const Track& track, char phase, Time time, Json event) {
  event["cat"] = "msi";
  event["id"] = track.id;
  event["pid"] = track.process;
  event["tid"] = 0;
  const std::string fields = event.dump();
  return fmt::format("{{\"ph\":\"{}\",\"ts\":{}.{:06},{}", phase, time / microsecond,
                     time % microsecond, fields.substr(1));
}

std::string name_of(const JourneySpan& span, const StageGraph& stages) {
  const std::string& stage = stages.info(span.stage).name;
  return span.waiting ? stage + ", waiting" : stage;
}

Json arguments_of(const JourneySpan& span) {
  Json arguments = Json::object();
  if (*span.resource != '\0') arguments[span.waiting ? "waits for" : "served by"] = span.resource;
  if (span.holder.known()) {
    const char* const key = span.waiting ? "held by" : "because of";
    arguments[key] = span.holder.id == Holder::no_number
                         ? span.holder.what
                         : fmt::format("{} {:#x}", span.holder.what, span.holder.id);
  }
  return arguments;
}

}  // namespace

ChromeTrace::ChromeTrace(std::function<void(std::string_view)> out, const StageGraph& stages)
    : out_(std::move(out)), stages_(stages) {
  out_("{\"displayTimeUnit\":\"ns\",\"traceEvents\":[");
}

void ChromeTrace::write(const Journey& journey, Outcome outcome) {
  if (journey.spans().empty()) return;
  const MessageIdentity& identity = journey.identity();
  name_process(identity.stream);
  const Track track{journey.number(), identity.stream};
  const std::string name = fmt::format("MSI {}: device {:#x}, event {}", journey.number(),
                                       identity.device, identity.event);
  const auto put = [&](char phase, Time time, Json event) {
    begin_event();
    out_(event_text(track, phase, time, std::move(event)));
  };
  put('b', journey.started(), {{"name", name}, {"args", {{"outcome", to_string(outcome)}}}});
  for (const JourneySpan& span : journey.spans()) {
    if (span.to == span.from) continue;
    const std::string span_name = name_of(span, stages_);
    put('b', span.from, {{"name", span_name}, {"args", arguments_of(span)}});
    put('e', span.to, {{"name", span_name}});
  }
  put('e', journey.latest(), {{"name", name}});
}

void ChromeTrace::finish(bool partial) {
  out_(partial ? "\n],\"otherData\":{\"partial\":true}}\n" : "\n]}\n");
}

void ChromeTrace::begin_event() {
  out_(first_ ? "\n" : ",\n");
  first_ = false;
}

void ChromeTrace::name_process(std::uint32_t stream) {
  if (!named_.insert(stream).second) return;
  begin_event();
  out_(Json{{"ph", "M"},
            {"name", "process_name"},
            {"pid", stream},
            {"args", {{"name", fmt::format("stream {:#x}", stream)}}}}
           .dump());
}

}  // namespace doorbell

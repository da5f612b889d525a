#include "doorbell/core/requester_label.h"

#include <algorithm>
#include <limits>

#include "doorbell/core/arch/little_endian.h"

namespace doorbell {
namespace {

constexpr BufferDepth any_number{std::numeric_limits<unsigned>::max(),
                                 std::numeric_limits<unsigned>::max()};
constexpr TargetAbilities anything{
    .byte_enables = true, .streaming = true, .ignored_commands = true};

/// EventID: the data of the write (IHI 0069, 5.1), of which there are two or four bytes.
std::uint32_t event_of(const Payload& payload) {
  const std::size_t length = std::min<std::size_t>(payload.get_data_length(), 4);
  return load_little_endian<std::uint32_t>(std::span(payload.get_data_ptr(), length));
}

}  // namespace

RequesterLabel::RequesterLabel(const sc_core::sc_module_name& module_name, const Identity& identity)
    : Module(module_name),
      upstream(
          "upstream", tasks_, any_number, [this](Payload& payload) { return pass(payload); },
          anything),
      downstream("downstream"),
      identity_(identity),
      stage_(simulation().stages().add(
          {"requester", 10, "", "From the device's write until a block takes the MSI over"})),
      messages_sent_(statistics(), "messages_sent",
                     {.unit = "MSIs", .help = "Writes to the doorbell"}),
      messages_misdirected_(statistics(), "messages_misdirected",
                            {.unit = "MSIs",
                             .better = Better::lower,
                             .help = "Written to something that is no doorbell"}) {
  upstream.on_debug([this](Payload& payload) {
    Requester requester;
    requester.stream_id = identity_.stream_id;
    requester.device_id = identity_.device_id;
    const bool lent = requester_of(payload) == nullptr;
    if (lent) payload.set_extension(&requester);
    const unsigned bytes = downstream.transport_debug(payload);
    if (lent) payload.clear_extension(&requester);
    return bytes;
  });
}

Task<void> RequesterLabel::pass(Payload& payload) {
  Requester own;
  Requester* requester = requester_of(payload);
  if (requester == nullptr) {
    requester = &own;
    payload.set_extension(requester);
  }
  label(*requester, payload);
  co_await downstream.transport(payload);
  look_where_it_ended(*requester, payload);
  if (requester == &own) payload.clear_extension(requester);
}

void RequesterLabel::label(Requester& requester, const Payload& payload) {
  requester.stream_id = identity_.stream_id;
  requester.device_id = identity_.device_id;
  const bool is_message = payload.is_write() && identity_.doorbell == payload.get_address();
  if (!is_message || requester.journey) return;
  messages_sent_.add();
  requester.journey = simulation().journeys().start(
      {identity_.stream_id, identity_.device_id, event_of(payload)}, stage_, now());
}

/// Whoever took the MSI over, or ended its road, has taken its Journey: unless it is foreign.
void RequesterLabel::look_where_it_ended(Requester& requester, const Payload& payload) {
  if (!requester.journey) return;
  if (payload.is_response_ok()) messages_misdirected_.add();
  simulation().journeys().finish(
      requester.journey,
      payload.is_response_ok() ? Outcome::misdirected : Outcome::answered_with_error, now());
  requester.journey = {};
}

}  // namespace doorbell

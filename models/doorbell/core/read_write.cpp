#include "doorbell/core/read_write.h"

#include <limits>

namespace doorbell {
namespace {

constexpr BufferDepth any_number{std::numeric_limits<unsigned>::max(),
                                 std::numeric_limits<unsigned>::max()};
constexpr TargetAbilities anything{
    .byte_enables = true, .streaming = true, .ignored_commands = true};

}  // namespace

ReadWriteSplit::ReadWriteSplit(const sc_core::sc_module_name& module_name)
    : Module(module_name),
      upstream(
          "upstream", tasks_, any_number, [this](Payload& payload) { return pass(payload); },
          anything),
      reads("reads"),
      writes("writes") {
  upstream.on_debug([this](Payload& payload) {
    return (payload.is_read() ? reads : writes).transport_debug(payload);
  });
}

Task<void> ReadWriteSplit::pass(Payload& payload) {
  co_await (payload.is_read() ? reads : writes).transport(payload);
}

ReadWriteJoin::ReadWriteJoin(const sc_core::sc_module_name& module_name)
    : Module(module_name),
      reads(
          "reads", tasks_, any_number, [this](Payload& payload) { return pass(payload); },
          anything),
      writes(
          "writes", tasks_, any_number, [this](Payload& payload) { return pass(payload); },
          anything),
      downstream("downstream") {
  for (TargetSocket* const socket : {&reads, &writes}) {
    socket->on_debug([this](Payload& payload) { return downstream.transport_debug(payload); });
  }
}

Task<void> ReadWriteJoin::pass(Payload& payload) {
  co_await downstream.transport(payload);
}

}  // namespace doorbell

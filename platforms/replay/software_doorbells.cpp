// Traces are of an ITS; with another doorbell its commands become what they are for.
#include <utility>

#include "platforms/replay/software.h"
#include "sw/drivers/gic/message_frame.h"

namespace doorbell::replay {

using trace::ItsOpcode;

/// Vectors are opened with the doorbell that is theirs, which may be one of several.
bool Software::map_other_doorbell(Binding& binding, std::uint64_t iova) {
  // Pages of processors, from here down: away from the trace's IOVAs.
  constexpr std::uint64_t first_processors_page = 0x7fff'ffff'f000;
  auto& msi = binding.device.msi;
  const bool seen_as_it_is = bypasses(binding) || machine_.description.doorbell_window;
  if (machine_.description.doorbell == MACHINE_DOORBELL_LPI) {
    if (!seen_as_it_is) {
      const std::uint64_t others = firmware_.platform().processor_count() - 1;
      check_window("IOVAs of the doorbells of processors",
                   first_processors_page - others * trace::page_bytes,
                   (others + 1) * trace::page_bytes);
    }
    msi.smmu = &machine_.smmu;
    msi.domain = seen_as_it_is ? nullptr : &binding.device.domain;
    msi.doorbell = first_processors_page;
  } else {
    const std::uint64_t address = message_frame_doorbell(machine_.msis.frame);
    msi.doorbell = address;
    if (!seen_as_it_is) {
      check_window("the IOVA of a doorbell", iova, trace::page_bytes);
      check(msi_map_doorbell_at(address, &binding.device.domain, iova, &msi.doorbell),
            "mapping the doorbell");
    }
  }
  binding.mapped = true;
  bool well = true;
  for (std::uint32_t number = 0; number < binding.events.size(); ++number) {
    const Event& event = binding.events[number];
    if (event.wanted) well = open_vector(binding, number, event.collection) && well;
  }
  return well;
}

std::uint32_t Software::event_of(trace::Stream stream, std::uint32_t data) const {
  return has_its() ? data : data - bindings_.at(stream).device.msi.vectors->intid;
}

bool Software::operate_elsewhere(const trace::ItsCommand& command) {
  if (!command.device) return true;  // collections
  auto* const binding = binding_of_device(*command.device);
  return binding == nullptr ? skip() : operate_on_vector(command, *binding);
}

bool Software::operate_on_vector(const trace::ItsCommand& command, Binding& binding) {
  if (command.opcode == ItsOpcode::MAPD) {
    bool well = true;
    for (std::uint32_t number = 0; number < binding.events.size(); ++number)
      well = close_vector(binding, number) && well;
    return well;
  }
  const auto number = command.event.value_or(0);
  if (number >= binding.events.size()) return skip();
  const unsigned to = processor(command.collection.value_or(0));
  if (command.opcode == ItsOpcode::MAPTI || command.opcode == ItsOpcode::MAPI)
    return close_vector(binding, number) && open_vector(binding, number, to);
  const Event& event = binding.events[number];
  if (!event.open && !event.wanted) return skip();
  switch (command.opcode) {
    case ItsOpcode::MOVI:
      return move_vector(binding, number, to);
    case ItsOpcode::DISCARD:
      return close_vector(binding, number);
    case ItsOpcode::INV:
      return event.wanted || msi_set_enabled(&binding.device.msi, number, true) == STATUS_OK;
    default:
      return skip();
  }
}

/// A trace that maps its doorbell later has no address to give the vector yet.
bool Software::open_vector(Binding& binding, std::uint32_t number, unsigned processor) {
  Event& event = binding.events[number];
  event.collection = processor;
  event.wanted = !binding.mapped;
  if (event.wanted) return true;
  auto& msi = binding.device.msi;
  event.open = true;
  const status result = msi_request(&msi, number, processor, msi.vectors[number].handler, nullptr);
  flush(binding.info.stream);  // the function has seen that the mask is gone
  return result == STATUS_OK;
}

bool Software::move_vector(Binding& binding, std::uint32_t number, unsigned processor) {
  Event& event = binding.events[number];
  event.collection = processor;
  return event.wanted || msi_set_processor(&binding.device.msi, number, processor) == STATUS_OK;
}

bool Software::close_vector(Binding& binding, std::uint32_t number) {
  binding.events[number].wanted = false;
  if (!std::exchange(binding.events[number].open, false)) return true;
  auto& msi = binding.device.msi;
  msi_handler* const handler = msi.vectors[number].handler;
  const bool well = msi_release(&msi, number) == STATUS_OK;
  msi.vectors[number].handler = handler;  // for the next time
  return well;
}

}  // namespace doorbell::replay

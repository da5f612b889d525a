#include "doorbell/pcie/function.h"

#include <algorithm>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/core/arch/state.h"

namespace doorbell::pcie {
namespace {

constexpr unsigned functions_without_ari = 8;

ExpressFeatures features(const EndpointParameters& endpoint, const LinkShape& link) {
  return {.generation = link.generation,
          .lanes = link.lanes,
          .max_payload_supported = endpoint.max_payload_supported,
          .max_payload = std::min(endpoint.initial_max_payload, endpoint.max_payload_supported),
          .max_read_request = endpoint.initial_max_read_request,
          .tag_width = endpoint.tag_width};
}

// Accesses to a BAR are carried out by naturally aligned pieces of up to a double word.
unsigned piece_at(std::uint64_t address, std::size_t remaining) {
  unsigned size = 4;
  while (address % size != 0 || size > remaining)
    size /= 2;
  return size;
}

}  // namespace

Function::Function(const Context& context, const StatisticsGroup& group, unsigned number)
    : context_(context),
      requester_id_(static_cast<std::uint16_t>(number)),
      logic_(make_logic({context.simulation, group, *this, context.tasks, context.endpoint})),
      space_(identity(), logic_->bars()),
      power_(space_),
      msi_(space_, context.endpoint.function.msi_vectors, context.endpoint.function.msi_masking),
      msix_(space_, logic_->msix()),
      express_(space_, features(context.endpoint, context.link)),
      configured_(context.simulation.scheduler()),
      bus_master_(group,
                  {context.simulation, context.transmit, express_, [this] { return requester_id_; },
                   [this] { return may_issue(); }, context.endpoint.function.tags}),
      messages_sent_(
          group, "messages_sent",
          {"MSIs", Better::neither, "messages sent, held ones that were released included"}),
      messages_held_(group, "messages_held",
                     {"MSIs", Better::neither, "messages held back by a mask"}),
      messages_released_(group, "messages_released",
                         {"MSIs", Better::neither, "held messages that were sent after all"}),
      messages_merged_(group, "messages_merged",
                       {"MSIs", Better::neither, "signals of a vector that was held already"}),
      messages_refused_(
          group, "messages_refused",
          {"MSIs", Better::lower, "signals while MSI and MSI-X, or bus mastering, were off"}) {
  logic_->capabilities(space_);
  if (context.endpoint.functions > functions_without_ari) add_ari(number);
  context_.tasks.spawn(logic_->run());
}

FunctionIdentity Function::identity() const {
  FunctionIdentity identity = logic_->identity();
  identity.multi_function = context_.endpoint.functions > 1;
  return identity;
}

template <class Self, class State>
void Function::describe(Self& self, State& state) {
  state.value("requester_id", self.requester_id_);
  ConfigurationSpace::describe(self.space_, state);
  state.group("msi", [&self](auto& inner) { MsiCapability::describe(self.msi_, inner); });
  state.group("msix", [&self](auto& inner) { MsixTable::describe(self.msix_.table(), inner); });
}

void Function::save(StateWriter& state) const {
  describe(*this, state);
  state.group("logic", [this](StateWriter& inner) { logic_->save(inner); });
}

void Function::restore(StateReader& state) {
  describe(*this, state);
  state.group("logic", [this](StateReader& inner) { logic_->restore(inner); });
}

void Function::add_ari(unsigned number) {
  constexpr std::uint16_t ari = 0x000e;  // PCIe 6.0 7.8.8
  const unsigned offset = space_.add_extended_capability(ari, 1, 8);
  const unsigned next = number + 1 < context_.endpoint.functions ? number + 1 : 0;
  space_.define(offset + 4, 2, next << 8, 0);
}

std::uint32_t Function::read_configuration(unsigned offset, unsigned size) {
  return space_.read(offset, size);
}

void Function::write_configuration(unsigned offset, unsigned size, std::uint32_t value) {
  space_.write(offset, size, value);
  configured_.notify_all();
  logic_->configured();
  release_unmasked();
}

bool Function::claims(std::uint64_t address) const {
  ConfigurationSpace::BarHit hit{};
  return power_.in_d0() && space_.decode(address, hit);
}

bool Function::read_memory(std::uint64_t address, std::span<std::uint8_t> data) {
  ConfigurationSpace::BarHit hit{};
  if (!claims(address) || !space_.decode(address, hit)) return false;
  for (std::size_t done = 0; done < data.size();) {
    const unsigned size = piece_at(hit.offset + done, data.size() - done);
    const std::uint32_t value = read_bar(hit.index, hit.offset + done, size);
    store_little_endian(data.subspan(done, size), value);
    done += size;
  }
  return true;
}

bool Function::write_memory(std::uint64_t address, std::span<const std::uint8_t> data) {
  ConfigurationSpace::BarHit hit{};
  if (!claims(address) || !space_.decode(address, hit)) return false;
  for (std::size_t done = 0; done < data.size();) {
    const unsigned size = piece_at(hit.offset + done, data.size() - done);
    const auto value = load_little_endian<std::uint32_t>(data.subspan(done, size));
    write_bar(hit.index, hit.offset + done, size, value);
    done += size;
  }
  return true;
}

std::uint32_t Function::read_bar(unsigned bar, std::uint64_t offset, unsigned size) {
  if (!holds_msix(bar, offset)) return logic_->read_bar(bar, offset, size);
  const MsixLayout& layout = msix_.layout();
  const std::uint64_t value = offset < layout.pba_offset
                                  ? msix_.table().read_table(offset - layout.table_offset, size)
                                  : msix_.table().read_pba(offset - layout.pba_offset, size);
  return static_cast<std::uint32_t>(value);
}

void Function::write_bar(unsigned bar, std::uint64_t offset, unsigned size, std::uint32_t value) {
  if (!holds_msix(bar, offset)) return logic_->write_bar(bar, offset, size, value);
  if (offset >= msix_.layout().pba_offset) return;
  msix_.table().write_table(offset - msix_.layout().table_offset, size, value);
  release_unmasked();
}

Task<bool> Function::read(std::uint64_t address, std::uint32_t length, std::span<std::uint8_t> into,
                          RequestAttributes attributes) {
  return bus_master_.read(address, length, into, attributes);
}

Task<bool> Function::write(std::uint64_t address, std::uint32_t length,
                           std::span<const std::uint8_t> from, RequestAttributes attributes) {
  return bus_master_.write(address, length, from, attributes);
}

Task<MsiOutcome> Function::signal(unsigned vector) {
  MsiMessage message;
  MsiOutcome outcome =
      msix_.enabled() ? msix_.signal(vector, message) : msi_.signal(vector, message);
  if (outcome == MsiOutcome::sent && !may_issue()) outcome = MsiOutcome::disabled;
  switch (outcome) {
    case MsiOutcome::sent: {
      Task<void> sending = send(message);
      if (!sending.is_ready()) return when_sent(std::move(sending));
      break;
    }
    case MsiOutcome::pending:
      messages_held_.add();
      break;
    case MsiOutcome::merged:
      messages_merged_.add();
      break;
    case MsiOutcome::disabled:
      messages_refused_.add();
      break;
  }
  return Task<MsiOutcome>::ready(outcome);
}

Task<MsiOutcome> Function::when_sent(Task<void> sending) {
  co_await sending;
  co_return MsiOutcome::sent;
}

void Function::release_unmasked() {
  if (!may_issue()) return;
  const auto release = [this](const MsiMessage& message) {
    messages_released_.add();
    context_.tasks.start(send(message));
  };
  while (const auto message = msix_.take_unmasked())
    release(*message);
  while (const auto message = msi_.take_unmasked())
    release(*message);
}

Task<void> Function::send(MsiMessage message) {
  messages_sent_.add();
  Simulation& simulation = context_.simulation;
  JourneyHandle journey = simulation.journeys().start(
      {context_.stream_id(requester_id_), context_.device_id(requester_id_), message.data},
      context_.stage, simulation.scheduler().now());
  return bus_master_.send_message(message.address, message.data, journey);
}

}  // namespace doorbell::pcie

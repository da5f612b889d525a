#include "doorbell/gic/its.h"

#include <span>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/core/arch/state.h"
#include "doorbell/core/under_way.h"
#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {
Its::Its(const sc_core::sc_module_name& name, const GicCommonParameters& common,
         const ItsParameters& parameters, LpiCacheScope lpi_caches,
         const std::vector<std::uint64_t>& redistributors, Time distance)
    : Module(name),
      control("control", tasks_, clock_),
      // One write waits at the door for an entry of the buffer; with a second one END_REQ is
      // withheld.
      translater("translater", tasks_, {.reads = 1, .writes = 1},
                 [this](Payload& payload) { return accept(payload); }),
      memory("memory"),
      parameters_(parameters),
      clock_(scheduler(), common.frequency),
      link_latency_(clock_.duration(common.link_cycles) + distance),
      stage_(simulation().stages().add(
          {"its", 80, "redistributor",
           "Waiting for buffer, pipeline, tables and credits; translation by the ITS"})),
      registers_(its_support(common, parameters, redistributors)),
      memory_port_(memory, MemoryPurpose::its_tables),
      port_(scheduler(), statistics(), memory_port_, parameters.outstanding_reads,
            parameters.outstanding_writes, distance),
      counters_(statistics(), parameters.doorbell_entries),
      translator_(scheduler(), statistics(), parameters_,
                  its_support(common, parameters, redistributors), registers_, port_),
      translations_(scheduler()),
      buffer_(scheduler(), statistics(), "doorbell_buffer", parameters.doorbell_entries),
      pipeline_(scheduler(), statistics(), "pipeline", 1),
      commands_(scheduler(), clock_, parameters_, lpi_caches, registers_, translator_, port_, *this,
                translations_, counters_),
      tasks_(scheduler()) {
  for (unsigned i = 0; i < redistributors.size(); ++i) {
    const std::string link = "redistributor" + std::to_string(i);
    links_.push_back(std::make_unique<MessageInitiator<GicMessage>>(
        link.c_str(),
        [this](gic_message::Acknowledge& answer) { commands_.acknowledged(answer); }));
  }
  registers_.on_command([this] { commands_.notify(); });
  registers_.on_tables([this] { translator_.forget(); });
  const auto ignored = [this](RegisterResult result, bool read, const RegisterContext&) {
    registers_.report_ignored(result, read);
  };
  control.serve(registers_.registers(), {.bytes = GITS_bytes, .on_ignored = ignored},
                common.register_cycles);
  control.before_access([this] {
    registers_.set_busy(commands_.busy() || translations_.under_way() != 0 ||
                        pipeline_.free() == 0);
  });
  tasks_.spawn(commands_.run());
}

void Its::save(StateWriter& state) const {
  ItsRegisters::describe(registers_, state);
  ItsTranslator::describe(translator_, state);
  ItsCommands::describe(commands_, state);
}

/// Commands that wait are there for whoever looks next.
void Its::restore(StateReader& state) {
  ItsRegisters::describe(registers_, state);
  ItsTranslator::describe(translator_, state);
  ItsCommands::describe(commands_, state);
  commands_.notify();
}

void Its::refuse(Payload& payload, Counter& counter, tlm::tlm_response_status status) {
  counter.add();
  const JourneyHandle journey = journey_of(payload);
  simulation().journeys().finish(journey, Outcome::answered_with_error, now());
  if (Requester* requester = requester_of(payload)) requester->journey = {};
  payload.set_response_status(status);
}

Task<void> Its::accept(Payload& payload) {
  Requester* const requester = requester_of(payload);
  const JourneyHandle journey = requester != nullptr ? requester->journey : JourneyHandle{};
  journey.enter(stage_, now());
  const unsigned width = payload.get_data_length();
  const bool doorbell =
      payload.is_write() && payload.get_address() % GITS_bytes == GITS_TRANSLATER_offset;
  const bool known_width = width == 2 || width == 4 || (!doorbell && (width == 1 || width == 8));
  if (!known_width) {
    refuse(payload, counters_.bad_accesses, tlm::TLM_BURST_ERROR_RESPONSE);
    return Task<void>::ready();
  }
  if (!doorbell) {
    // GITS_TRANSLATER is WO and the rest of the frame is RES0 (12.18).
    const bool read = payload.is_read();
    const bool translater = payload.get_address() % GITS_bytes == GITS_TRANSLATER_offset;
    registers_.report_ignored(
        translater ? RegisterResult::read_of_write_only : RegisterResult::unmapped, read);
    if (read) std::fill_n(payload.get_data_ptr(), width, std::uint8_t{0});
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
    return Task<void>::ready();
  }
  if (requester == nullptr) {
    refuse(payload, counters_.without_identity, tlm::TLM_GENERIC_ERROR_RESPONSE);
    return Task<void>::ready();
  }
  const std::span<const std::uint8_t> written(payload.get_data_ptr(), width);
  const Msi msi{requester->device_id, load_little_endian<std::uint32_t>(written), journey, 0};
  Slot entry = buffer_.try_acquire(Holder{"MSI of DeviceID", msi.DeviceID});
  if (!entry) return accept_in_turn(payload, *requester, msi);
  take_over(payload, *requester, msi, std::move(entry));
  return Task<void>::ready();
}

Task<void> Its::accept_in_turn(Payload& payload, Requester& requester, Msi msi) {
  const Holder holder{"MSI of DeviceID", msi.DeviceID};
  Slot entry = co_await buffer_.acquire(holder, msi.journey);
  take_over(payload, requester, msi, std::move(entry));
}

void Its::take_over(Payload& payload, Requester& requester, Msi msi, Slot entry) {
  counters_.doorbells.add();
  requester.journey = {};  // it is the ITS's now
  msi.accepted = now();
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  tasks_.start(translate(msi, std::move(entry)));
}

Task<void> Its::translate(Msi msi, Slot entry) {
  {
    const Holder holder{"MSI of DeviceID", msi.DeviceID};
    Slot stage = co_await pipeline_.acquire(holder, msi.journey);
    co_await clock_.cycles(parameters_.pipeline_cycles);
  }
  if (!registers_.enabled()) {
    drop(msi, ItsError::ITS_DISABLED);
    co_return;
  }
  const unsigned epoch = translations_.enter();
  std::optional<Route> known = translator_.look_up(msi.DeviceID, msi.EventID);
  if (!known) {
    // Who waits for the entry of the buffer waits for this.
    entry.relabel(translator_.why_walking(msi.DeviceID, msi.EventID));
    known = co_await translator_.walk(msi.DeviceID, msi.EventID, msi.journey);
  }
  if (known->error != ItsError::none) {
    translations_.leave(epoch);
    drop(msi, known->error);
    co_return;
  }
  const gic_message::Request request{
      .kind = gic_message::Kind::set_lpi, .intid = known->INTID, .journey = msi.journey};
  MessageInitiator<GicMessage>& link = *links_[known->processor];
  Credits& credits = link.credits(GicMessage::lpi_credits);
  if (!credits.try_take()) co_await wait_for(credits, known->processor, msi, entry);
  msi.journey.serve(now(), "link to the redistributor");
  link.send(request, link_latency_);
  translations_.leave(epoch);
  counters_.sent.add();
  counters_.latency.record(now() - msi.accepted);
}

Task<void> Its::wait_for(Credits& credits, std::uint32_t processor, const Msi& msi, Slot& entry) {
  if (msi.journey) {
    const Holder holder{"redistributor", processor};
    msi.journey.wait(now(), "LPI credits", holder);
    entry.relabel(holder);
  }
  counters_.lpi_credits.begin(now());
  co_await credits.take();
  counters_.lpi_credits.end(now());
}

void Its::drop(const Msi& msi, ItsError error) {
  counters_.dropped.add();
  counters_.dropped_for(error).add();
  if (!msi.journey) counters_.dropped_without_journey.add();
  // A disabled ITS ignores the write (5.1.1): it isn't an MSI without a mapping.
  if (error != ItsError::ITS_DISABLED) registers_.report_unmapped(msi.DeviceID, msi.EventID, error);
  simulation().journeys().finish(msi.journey, Outcome::dropped_by_its, now());
}

Task<void> Its::send(std::uint32_t processor, gic_message::Request request) {
  MessageInitiator<GicMessage>& link = *links_[processor];
  const bool lpi = request.kind == gic_message::Kind::set_lpi;
  co_await link.credits(lpi ? GicMessage::lpi_credits : GicMessage::command_credits).take();
  link.send(request, link_latency_);
}

std::string Its::busy() const {
  if (control.held() != 0) return "accesses to registers";
  if (commands_.busy()) return "commands";
  if (memory.outstanding() != 0) return under_way(memory.outstanding(), "accesses to memory");
  return under_way(buffer_.count() - buffer_.free() + translater.held(), "messages");
}

void Its::settle() {
  translator_.settle();
  commands_.settle();
}

}  // namespace doorbell::gic

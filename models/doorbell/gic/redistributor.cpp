#include "doorbell/gic/redistributor.h"

#include <span>

#include "doorbell/core/arch/little_endian.h"
#include "doorbell/core/arch/state.h"
#include "doorbell/core/requester.h"
#include "doorbell/gic/arch/register_tables.h"

namespace doorbell::gic {
namespace {

constexpr std::uint64_t command_buffer = 2;  ///< messages other than LPIs that a link holds

}  // namespace

Redistributor::Redistributor(const sc_core::sc_module_name& name, const GicCommonParameters& common,
                             const RedistributorParameters& parameters, const ItsParameters& its,
                             const MessageParameters& messages,
                             const RedistributorConfiguration& configuration,
                             const std::vector<Time>& its_distances, TablePort& tables,
                             LpiCache& cache, SpiSource& distributor)
    : Module(name),
      registers("registers", tasks_, clock_),
      from_distributor("from_distributor",
                       [this](gic_message::Request& request) { receive(request); }),
      clock_(scheduler(), common.frequency),
      parameters_(parameters),
      link_latency_(clock_.duration(common.link_cycles)),
      lpi_credits_(its.lpi_credits),
      doorbell_cycles_(messages.doorbell_cycles),
      stage_(simulation().stages().add(
          {"redistributor", 90, "cpu_acknowledge",
           "Waiting for a configuration that enables it and for more urgent ones; "
           "pipeline and configuration read"})),
      distributor_(distributor),
      state_(configuration),
      credits_owed_(its_distances.size(), 0),
      lpis_({scheduler(), simulation().journeys(), clock_, stage_, common.priority_bits,
             parameters_, configuration.direct_lpis},
            statistics(), tables, cache, callbacks()),
      tasks_(scheduler()) {
  const RegisterFrame frame{
      .bytes = GICR_bytes,
      .on_ignored = [this](RegisterResult result, bool read, const RegisterContext& who) {
        state_.note_ignored(result, read, who);
      }};
  registers.serve(state_.registers(), frame, common.register_cycles);
  for (std::uint32_t i = 0; i < its_distances.size(); ++i) {
    its_latencies_.push_back(link_latency_ + its_distances[i]);
    const std::string link = "from_its" + std::to_string(i);
    from_its_.push_back(std::make_unique<MessageTarget<GicMessage>>(
        link.c_str(), [this, i](gic_message::Request& request) {
          request.source = i;
          lpis_.receive(request);
        }));
  }
  lpis_.set_two_states(state_.two_states());
  for (std::uint32_t number = 16; number < state_.interrupts().count(); ++number)
    add_wire(state_.interrupts().INTID_of(number));
  state_.on_change([this] { changed(); });
  state_.on_wake([this](bool awake) { tasks_.start(change_sleep(awake)); });
  state_.on_exclude(
      [this](unsigned groups) { distributor_.set_excluded(state_.processor(), groups); });
  state_.on_invalidate([this](std::uint32_t INTID) { tasks_.start(invalidate(INTID)); },
                       [this] { tasks_.start(invalidate(std::nullopt)); });
  if (configuration.direct_lpis) add_direct_lpis();
  state_.on_enable_lpis([this](bool enabled) {
    enabled ? lpis_.enable(state_.tables(), state_.pending_table_zero()) : lpis_.disable();
  });
}

/// What the distributor offers follows, when it settles.
void Redistributor::save(StateWriter& state) const {
  RedistributorState::describe(state_, state);
  state.group("lpis", [this](StateWriter& inner) { lpis_.save(inner); });
}

void Redistributor::restore(StateReader& state) {
  RedistributorState::describe(state_, state);
  lpis_.set_two_states(state_.two_states());
  state.group("lpis", [this](StateReader& inner) { lpis_.restore(inner); });
  highest_of_.reset();
}

void Redistributor::add_wire(std::uint32_t INTID) {
  const std::string wire = "ppi" + std::to_string(INTID);
  ppis_.push_back(std::make_unique<WireIn>(
      wire.c_str(), [this, INTID](bool level) { state_.set_line(INTID, level); }));
}

void Redistributor::wake() {
  ++sleep_changes_;  // whatever is under way is overtaken
  state_.wake();
  distributor_.set_awake(state_.processor(), true);
}

void Redistributor::disable_security() {
  state_.disable_security();
  lpis_.set_two_states(false);
}

/// What has been signalled to the CPU interface is taken back before it sleeps, and one that wakes
/// is asked whether it listens: a link there, and one back.
Task<void> Redistributor::change_sleep(bool awake) {
  const std::uint64_t change = ++sleep_changes_;
  ++changing_sleep_;
  if (!awake) distributor_.set_awake(state_.processor(), false);
  co_await Delay{scheduler(), 2 * link_latency_};
  --changing_sleep_;
  if (change != sleep_changes_) co_return;  // software has thought better of it
  state_.children_are(!awake);
  if (awake) distributor_.set_awake(state_.processor(), true);
}

Task<void> Redistributor::invalidate(std::optional<std::uint32_t> INTID) {
  ++invalidating_;
  state_.set_invalidating(true);
  co_await lpis_.invalidate_by_register(INTID, link_latency_);
  state_.set_invalidating(--invalidating_ != 0);
}

void Redistributor::add_direct_lpis() {
  doorbells_.emplace(scheduler(), statistics(), "doorbell_buffer", lpi_credits_);
  registers.on_doorbell(SETLPIR_offset, [this](Payload& payload) { return accept_lpi(payload); });
  state_.on_clear_lpi([this](std::uint32_t INTID) { tasks_.start(clear_lpi(INTID)); });
}

/// GICR_SETLPIR: answered once there is room for the LPI ahead of the pipeline.
Task<void> Redistributor::accept_lpi(Payload& payload) {
  Requester* const requester = requester_of(payload);
  gic_message::Request request{
      .kind = gic_message::Kind::set_lpi, .by_register = true, .journey = journey_of(payload)};
  request.journey.enter(stage_, now());
  Slot entry = co_await doorbells_->acquire(
      Holder{"GICR_SETLPIR of redistributor", state_.processor()}, request.journey);
  co_await clock_.cycles(doorbell_cycles_);
  if (!registers.perform(payload)) co_return;
  if (requester != nullptr) requester->journey = {};  // it is the redistributor's now
  const std::span<const std::uint8_t> written(payload.get_data_ptr(), 4);
  request.intid = load_little_endian<std::uint32_t>(written);
  tasks_.start(take_lpi(request, std::move(entry)));
}

Task<void> Redistributor::take_lpi(gic_message::Request request, Slot entry) {
  co_await lpis_.take_register(request);
  entry.release();
}

Task<void> Redistributor::clear_lpi(std::uint32_t INTID) {
  ++invalidating_;
  state_.set_invalidating(true);
  const gic_message::Request request{
      .kind = gic_message::Kind::clear_lpi, .intid = INTID, .by_register = true};
  co_await lpis_.take_register(request);
  state_.set_invalidating(--invalidating_ != 0);
}

LpiController::Callbacks Redistributor::callbacks() {
  return {
      .changed = [this] { changed(); },
      .acknowledge =
          [this](std::uint32_t its, const gic_message::Acknowledge& answer) {
            from_its_[its]->send(answer, its_latencies_[its]);
          },
      .return_lpi_credit = [this](std::uint32_t its) { return_lpi_credit(its); },
      .return_command_credit =
          [this](std::uint32_t its) {
            from_its_[its]->return_credit(GicMessage::command_credits, 1, its_latencies_[its]);
          },
      .write_pending = [this](bool pending) { state_.set_write_pending(pending); },
  };
}

void Redistributor::start_of_simulation() {
  for (auto& link : from_its_) {
    link->grant(GicMessage::lpi_credits, lpi_credits_);
    link->grant(GicMessage::command_credits, command_buffer);
  }
  from_distributor.grant(GicMessage::command_credits, command_buffer);
}

void Redistributor::return_lpi_credit(std::uint32_t its) {
  // Several credits travel in one message; never so few that the ITS could run dry waiting for
  // them.
  const std::uint32_t batch = lpi_credits_ >= 4 ? lpi_credits_ / 4 : 1;
  if (++credits_owed_[its] < batch) return;
  from_its_[its]->return_credit(GicMessage::lpi_credits, credits_owed_[its], its_latencies_[its]);
  credits_owed_[its] = 0;
}

std::string Redistributor::busy() const {
  if (registers.held() != 0) return "accesses to registers";
  if (changing_sleep_ != 0) return "a processor that falls asleep or wakes";
  if (invalidating_ != 0) return "LPI configurations that are invalidated";
  if (doorbells_ && doorbells_->free() != doorbells_->count()) return "LPIs by GICR_SETLPIR";
  return lpis_.busy() ? "messages about LPIs" : "";
}

void Redistributor::settle() {
  for (std::uint32_t its = 0; its < credits_owed_.size(); ++its)
    from_its_[its]->return_credit(GicMessage::lpi_credits, std::exchange(credits_owed_[its], 0), 0);
  offered_ = distributor_.offered_spi(state_.processor());
  lpis_.settle();
  highest_of_.reset();
}

void Redistributor::receive(const gic_message::Request& request) {
  const auto group = static_cast<Group>(request.group);
  switch (request.kind) {
    case gic_message::Kind::set_spi:
      receive_spi({request.intid, request.priority, group});
      break;
    case gic_message::Kind::clear_spi:
      offered_ = PendingInterrupt::none();
      changed();
      break;
    case gic_message::Kind::generate_sgi:
      state_.receive_sgi(request.intid, group, request.secure);
      break;
    default:
      break;
  }
  from_distributor.return_credit(GicMessage::command_credits, 1, link_latency_);
}

void Redistributor::receive_spi(const PendingInterrupt& spi) {
  if (const JourneyHandle journey = distributor_.journey_of_spi(spi.INTID)) {
    journey.enter(stage_, now());
    journey.wait(now(), "CPU interface");
  }
  offered_ = spi;
  changed();
}

void Redistributor::changed() {
  highest_of_.reset();
  if (changed_) changed_();
}

/// Asked for more often than anything changes: whatever changes it calls `changed`.
PendingInterrupt Redistributor::highest(unsigned groups) const {
  const unsigned enabled = groups & distributor_.enabled_groups();
  if (highest_of_ != enabled) {
    highest_ = find_highest(enabled);
    highest_of_ = enabled;
  }
  return highest_;
}

PendingInterrupt Redistributor::find_highest(unsigned enabled) const {
  if (!state_.awake()) return PendingInterrupt::none();
  PendingInterrupt best = state_.highest(enabled);
  if (has(enabled, offered_.group)) best = more_urgent(best, offered_);
  // LPIs are of Group 1, with two Security states Non-secure (4.6.1).
  if (has(enabled, Group::group1)) best = more_urgent(best, lpis_.highest());
  return best;
}

bool Redistributor::acknowledge(std::uint32_t INTID, JourneyHandle& journey) {
  if (INTID >= first_lpi) {
    journey = lpis_.take(INTID);
    return true;
  }
  if (is_private(INTID)) {
    state_.acknowledge(INTID);
    return true;
  }
  // The distributor's next offer is on its way; this one is used up or was withdrawn.
  offered_ = PendingInterrupt::none();
  const bool taken = distributor_.acknowledge_spi(INTID, state_.processor(), journey);
  changed();
  return taken;
}

void Redistributor::deactivate(std::uint32_t INTID) {
  if (is_private(INTID)) {
    state_.deactivate(INTID);
  } else if (is_spi(INTID)) {
    distributor_.deactivate_spi(INTID);
  }
}

Group Redistributor::group_of(std::uint32_t INTID) const {
  if (!is_private(INTID)) return distributor_.group_of_spi(INTID);
  return state_.interrupts().contains(INTID) ? state_.group(INTID) : Group::group1;
}

Task<void> Redistributor::send_sgi(SgiRequest request, Group group, bool secure) {
  ++sending_;
  state_.set_upstream_pending(true);
  co_await distributor_.send_sgi(request, group, secure, state_.processor());
  state_.set_upstream_pending(--sending_ != 0);
}

}  // namespace doorbell::gic

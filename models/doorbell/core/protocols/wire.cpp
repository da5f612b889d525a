#include "doorbell/core/protocols/wire.h"

#include <algorithm>

namespace doorbell {

void WireOut::drive(bool level, Time latency) {
  if (level == level_) return;
  level_ = level;
  // The time of the caller: the scheduler's, or the kernel's where a foreign process drives.
  Simulation& simulation = Simulation::current();
  const Time now = std::max<Time>(simulation.scheduler().now(), sc_core::sc_time_stamp().value());
  // Under loose timing who drives may have run ahead of who drives next: were that change to come
  // first, the line would stay at the older level.
  last_ = std::max(last_, now + latency);
  for (int i = 0; i < size(); ++i)
    (*this)[i]->set(level, last_);
}

void WireOut::pulse(Time latency) {
  drive(true, latency);
  drive(false, latency);
}

void WireOut::restore(bool level) {
  level_ = level;
  for (int i = 0; i < size(); ++i) {
    if (auto* const in = dynamic_cast<WireIn*>((*this)[i])) in->level_ = level;
  }
}

WireIn::WireIn(const char* name, std::function<void(bool)> receiver)
    : sc_export(name),
      scheduler_(Simulation::current().scheduler()),
      receiver_(std::move(receiver)) {
  bind(static_cast<WireInterface&>(*this));
}

WireIn::Change::Change(WireIn& w)
    : Waiter([](Waiter& waiter) {
        auto& change = static_cast<Change&>(waiter);
        WireIn& wire = change.wire;
        wire.level_ = change.level;
        wire.free_.push_back(&change);
        wire.receiver_(wire.level_);
      }),
      wire(w) {}

void WireIn::set(bool level, Time at) {
  if (free_.empty()) {
    changes_.push_back(std::make_unique<Change>(*this));
    free_.push_back(changes_.back().get());
  }
  Change& change = *free_.back();
  free_.pop_back();
  change.level = level;
  scheduler_.wake_at(change, at);
}

WireToSignal::WireToSignal(sc_core::sc_module_name name)
    : sc_module(name),
      in("in",
         [this](bool) {
           Kernel& kernel = Simulation::current().kernel();
           changed_.notify(kernel.delay_to_now());
           kernel.left_for_foreign();
         }),
      out("out") {
  SC_METHOD(write);
  sensitive << changed_;
  dont_initialize();
}

void WireToSignal::write() {
  out.write(in.level());
}

SignalToWire::SignalToWire(sc_core::sc_module_name name) : sc_module(name), in("in"), out("out") {
  SC_METHOD(read);
  sensitive << in;
  dont_initialize();
}

void SignalToWire::read() {
  out.drive(in.read());
}

}  // namespace doorbell

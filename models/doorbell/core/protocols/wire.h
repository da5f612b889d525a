#pragma once

#include <functional>
#include <string>
#include <systemc>
#include <vector>

#include "doorbell/core/arch/time.h"
#include "doorbell/core/arch/waiter.h"
#include "doorbell/core/simulation.h"

namespace doorbell {

/// A level, with the time at which it changes (which an sc_signal can't carry).
class WireInterface : public virtual sc_core::sc_interface {
 public:
  /// The line is at `level` from `at` (ps) on. Changes come in the order of their times.
  virtual void set(bool level, Time at) = 0;
};

/// The driving end. Unbound, it drives nothing. Several WireIns may be bound.
class WireOut : public sc_core::sc_port<WireInterface, 0, sc_core::SC_ZERO_OR_MORE_BOUND> {
 public:
  explicit WireOut(const char* name) : sc_port(name) {}
  const char* kind() const override { return "doorbell_wire_out"; }

  /// Drives `level` from `latency` ps after now, but not before what was driven last. Nothing
  /// happens when it is driven already.
  void drive(bool level, Time latency = 0);
  /// An edge that interrupt controllers take as one event: high, and low again at the same time.
  void pulse(Time latency = 0);
  bool level() const { return level_; }
  /// Both ends stand at `level`, without a change that anybody were told of: when a checkpoint is
  /// restored, of which the receiver has its own part.
  void restore(bool level);

 private:
  bool level_ = false;
  Time last_ = 0;  // the time of the change that was driven last
};

/// The receiving end: `receiver` is called inside the scheduler at the time of each change.
class WireIn : public sc_core::sc_export<WireInterface>, public WireInterface {
 public:
  WireIn(const char* name, std::function<void(bool)> receiver);
  const char* kind() const override { return "doorbell_wire_in"; }
  bool level() const { return level_; }

 private:
  friend class WireOut;
  struct Change : Waiter {
    explicit Change(WireIn& w);
    WireIn& wire;
    bool level = false;
  };
  void set(bool level, Time at) override;

  Scheduler& scheduler_;
  std::function<void(bool)> receiver_;
  std::vector<std::unique_ptr<Change>> changes_;
  std::vector<Change*> free_;
  bool level_ = false;
};

/// Drives a foreign sc_signal from a WireOut: bind the WireOut to `in`, the signal to `out`.
class WireToSignal : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(WireToSignal);
  explicit WireToSignal(sc_core::sc_module_name name);
  WireIn in;
  sc_core::sc_out<bool> out;

 private:
  void write();
  sc_core::sc_event changed_;
};

/// Turns a foreign sc_signal into a WireOut: bind the signal to `in`, `out` to a WireIn.
class SignalToWire : public sc_core::sc_module {
 public:
  SC_HAS_PROCESS(SignalToWire);
  explicit SignalToWire(sc_core::sc_module_name name);
  sc_core::sc_in<bool> in;
  WireOut out;

 private:
  void read();
};

}  // namespace doorbell

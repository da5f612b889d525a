#pragma once

namespace doorbell {

/// Mark of a socket of ours, whose calls run inside the scheduler. Whatever bears no mark is
/// foreign: after a call to it the SystemC kernel gets its turn.
class DoorbellPeer {
 public:
  virtual ~DoorbellPeer() = default;
};

}  // namespace doorbell
